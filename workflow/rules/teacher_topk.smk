"""Teachers' top k tokens at every target position, for students that read them from disk."""

step = experiment.step("teacher_topk/{teacher}/{seed}/{targets}/{k}")


rule cache_teacher_topk:
    """Store a teacher's top k tokens at every target position."""
    input:
        teacher=step.upstream("teacher"),
        tokenizer=step.upstream("tokenizer"),  # the references, for targets: gold
        targets=step.upstream("targets"),
    output:
        "results/teacher_topk/{teacher}/{seed}/{targets}/{k}/manifest.json",
        multiext(
            "results/teacher_topk/{teacher}/{seed}/{targets}/{k}/",
            "ids.npy",
            "log_probs.npy",
            "rest.npy",
        ),
    log:
        "results/logs/cache_teacher_topk/{teacher}/{seed}/{targets}/{k}.log",
    benchmark:
        "results/benchmarks/cache_teacher_topk/{teacher}/{seed}/{targets}/{k}.tsv"
    wildcard_constraints:
        targets=experiment.names("cache_teacher_topk", position=3),
        k=r"\d+",
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
        "cache_teacher_topk {wildcards.teacher}, seed {wildcards.seed}: {wildcards.k} tokens at {wildcards.targets} (follow it in {log})"
    script:
        "../scripts/cache_teacher_topk.py"
