"""Teachers translate the training set, one shard per job."""

step = experiment.step("decode/{teacher}/{seed}/{kind}")


rule decode:
    """Translate a shard of the training set with a teacher."""
    input:
        model=step.upstream("model"),
        tokenizer=step.upstream("tokenizer"),
        search=step.upstream("search"),  # none: a fixed length penalty, or samples
    output:
        "results/decode/{teacher}/{seed}/{kind}/{shard}.manifest.json",
        "results/decode/{teacher}/{seed}/{kind}/{shard}.jsonl",
    log:
        "results/logs/decode/{teacher}/{seed}/{kind}/{shard}.log",
    benchmark:
        "results/benchmarks/decode/{teacher}/{seed}/{kind}/{shard}.tsv"
    wildcard_constraints:
        kind=experiment.names("decode", position=3),
        shard=r"\d+",
    priority: 30
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "decode {wildcards.kind} by {wildcards.teacher}, seed {wildcards.seed}, shard {wildcards.shard} (follow it in {log})"
    script:
        "../scripts/decode.py"
