"""Target sides made of what teachers wrote."""


rule seq_kd:
    input:
        unpack(experiment.needs("targets/{teacher}/{seed}/seq-kd")),
        first=experiment.first_shard("decode/{teacher}/{seed}/beam"),
        shards=experiment.shards("decode/{teacher}/{seed}/beam", "beam", checkpoints.corpus),
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
        teacher=experiment.names("train_teacher"),
        seed=r"\d+",
    priority: 30
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=2000,
    params:
        step=experiment.made_by("targets/{teacher}/{seed}/seq-kd"),
    message:
        "seq_kd targets of {wildcards.teacher}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/seq_kd.py"


rule seq_inter:
    input:
        unpack(experiment.needs("targets/{teacher}/{seed}/seq-inter")),
        first=experiment.first_shard("decode/{teacher}/{seed}/n-best"),
        shards=experiment.shards("decode/{teacher}/{seed}/n-best", "n-best", checkpoints.corpus),
    output:
        "results/targets/{teacher}/{seed}/seq-inter/manifest.json",
        multiext("results/targets/{teacher}/{seed}/seq-inter/train", ".src", ".tgt"),
        expand(
            "results/targets/{{teacher}}/{{seed}}/seq-inter/{side}.{kind}.npy",
            side=["src", "tgt"],
            kind=["ids", "offsets"],
        ),
    log:
        "results/logs/seq_inter/{teacher}/{seed}.log",
    benchmark:
        "results/benchmarks/seq_inter/{teacher}/{seed}.tsv"
    wildcard_constraints:
        teacher=experiment.names("train_teacher"),
        seed=r"\d+",
    priority: 30
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=2000,
    params:
        step=experiment.made_by("targets/{teacher}/{seed}/seq-inter"),
    message:
        "seq_inter targets of {wildcards.teacher}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/seq_inter.py"


rule samples:
    input:
        unpack(experiment.needs("targets/{teacher}/{seed}/samples")),
        first=experiment.first_shard("decode/{teacher}/{seed}/samples"),
        shards=experiment.shards("decode/{teacher}/{seed}/samples", "samples", checkpoints.corpus),
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
        teacher=experiment.names("train_teacher"),
        seed=r"\d+",
    priority: 30
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=2000,
    params:
        step=experiment.made_by("targets/{teacher}/{seed}/samples"),
    message:
        "targets that are samples of {wildcards.teacher}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/samples.py"
