"""Teachers translate the training set, a shard a job."""


rule decode:
    """Let a teacher translate a shard of the training set."""
    input:
        unpack(experiment.needs("decode/{teacher}/{seed}/{kind}")),
    output:
        "results/decode/{teacher}/{seed}/{kind}/{shard}.manifest.json",
        "results/decode/{teacher}/{seed}/{kind}/{shard}.jsonl",
    log:
        "results/logs/decode/{teacher}/{seed}/{kind}/{shard}.log",
    benchmark:
        "results/benchmarks/decode/{teacher}/{seed}/{kind}/{shard}.tsv"
    wildcard_constraints:
        teacher=experiment.names("train_teacher", "given_teacher", "ensemble"),
        seed=r"\d+",
        kind="beam|n-best|samples",
        shard=r"\d+",
    priority: 30
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        step=experiment.made_by("decode/{teacher}/{seed}/{kind}"),
    message:
        "decode {wildcards.kind} by {wildcards.teacher}, seed {wildcards.seed}, shard {wildcards.shard} (follow it in {log})"
    script:
        "../scripts/decode.py"
