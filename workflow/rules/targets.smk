"""Target sides made from teachers' translations."""

step = experiment.step("targets/{teacher}/{seed}/{targets}")


rule targets:
    """Make targets from a teacher's translations."""
    input:
        corpus=step.upstream("corpus"),
        tokenizer=step.upstream("tokenizer"),
        first_shard=step.first_shard,
        shards=step.shards(checkpoints),
    output:
        "results/targets/{teacher}/{seed}/{targets}/manifest.json",
        multiext("results/targets/{teacher}/{seed}/{targets}/train", ".src", ".tgt"),
        expand(
            "results/targets/{{teacher}}/{{seed}}/{{targets}}/{side}.{kind}.npy",
            side=["src", "tgt"],
            kind=["ids", "offsets"],
        ),
    log:
        "results/logs/targets/{teacher}/{seed}/{targets}.log",
    benchmark:
        "results/benchmarks/targets/{teacher}/{seed}/{targets}.tsv"
    wildcard_constraints:
        targets=experiment.names("targets", position=3),
    priority: 30
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "targets {wildcards.targets} of {wildcards.teacher}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/targets.py"
