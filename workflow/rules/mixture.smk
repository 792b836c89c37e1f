"""Target sides made of what teachers wrote."""


rule seq_kd:
    """Take a teacher's translations as targets."""
    input:
        unpack(experiment.needs("targets/{teacher}/{seed}/seq-kd")),
        first=experiment.first_shard("targets/{teacher}/{seed}/seq-kd"),
        shards=experiment.shards("targets/{teacher}/{seed}/seq-kd", checkpoints),
    output:
        "results/targets/{teacher}/{seed}/seq-kd/manifest.json",
        multiext("results/targets/{teacher}/{seed}/seq-kd/train", ".src", ".tgt"),
        expand(
            "results/targets/{{teacher}}/{{seed}}/seq-kd/{side}.{kind}.npy",
            side=["src", "tgt"],
            kind=["ids", "offsets"],
        ),
    log:
        "results/logs/seq_kd/{teacher}/{seed}.log",
    benchmark:
        "results/benchmarks/seq_kd/{teacher}/{seed}.tsv"
    wildcard_constraints:
        teacher=experiment.names("train_teacher", "given_teacher", "ensemble"),
        seed=r"\d+",
    priority: 30
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        step=experiment.made_by("targets/{teacher}/{seed}/seq-kd"),
    message:
        "seq_kd targets of {wildcards.teacher}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/seq_kd.py"


rule choose:
    """Choose targets out of a teacher's n-best list."""
    input:
        unpack(experiment.needs("targets/{teacher}/{seed}/{choice}")),
        first=experiment.first_shard("targets/{teacher}/{seed}/{choice}"),
        shards=experiment.shards("targets/{teacher}/{seed}/{choice}", checkpoints),
    output:
        "results/targets/{teacher}/{seed}/{choice}/manifest.json",
        multiext("results/targets/{teacher}/{seed}/{choice}/train", ".src", ".tgt"),
        expand(
            "results/targets/{{teacher}}/{{seed}}/{{choice}}/{side}.{kind}.npy",
            side=["src", "tgt"],
            kind=["ids", "offsets"],
        ),
    log:
        "results/logs/choose/{teacher}/{seed}/{choice}.log",
    benchmark:
        "results/benchmarks/choose/{teacher}/{seed}/{choice}.tsv"
    wildcard_constraints:
        teacher=experiment.names("train_teacher", "given_teacher", "ensemble"),
        seed=r"\d+",
        choice=r"(?!(seq-kd|samples)/)[a-z0-9+-]+",
    priority: 30
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        step=experiment.made_by("targets/{teacher}/{seed}/{choice}"),
    message:
        "choose {wildcards.choice} targets out of what {wildcards.teacher}, seed {wildcards.seed} said (follow it in {log})"
    script:
        "../scripts/choose.py"


rule samples:
    """Take samples of a teacher as targets."""
    input:
        unpack(experiment.needs("targets/{teacher}/{seed}/samples")),
        first=experiment.first_shard("targets/{teacher}/{seed}/samples"),
        shards=experiment.shards("targets/{teacher}/{seed}/samples", checkpoints),
    output:
        "results/targets/{teacher}/{seed}/samples/manifest.json",
        multiext("results/targets/{teacher}/{seed}/samples/train", ".src", ".tgt"),
        expand(
            "results/targets/{{teacher}}/{{seed}}/samples/{side}.{kind}.npy",
            side=["src", "tgt"],
            kind=["ids", "offsets"],
        ),
    log:
        "results/logs/samples/{teacher}/{seed}.log",
    benchmark:
        "results/benchmarks/samples/{teacher}/{seed}.tsv"
    wildcard_constraints:
        teacher=experiment.names("train_teacher", "given_teacher", "ensemble"),
        seed=r"\d+",
    priority: 30
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        step=experiment.made_by("targets/{teacher}/{seed}/samples"),
    message:
        "targets that are samples of {wildcards.teacher}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/samples.py"
