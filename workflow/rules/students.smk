"""Models that learn from teachers or from references."""

step = experiment.step("students/{student}/{seed}")


rule train_student:
    """Train a student."""
    input:
        corpus=step.upstream("corpus"),
        tokenizer=step.upstream("tokenizer"),
        targets=step.upstream("targets"),  # none: the references
        teacher=step.upstream("teacher"),  # none: no objective runs it
        teacher_topk=step.upstream("teacher_topk"),
        init=step.upstream("init"),  # none: random weights
    output:
        "results/students/{student}/{seed}/manifest.json",
        multiext("results/students/{student}/{seed}/", "model.safetensors", "model.json", "metrics.jsonl"),
    log:
        "results/logs/train_student/{student}/{seed}.log",
    benchmark:
        "results/benchmarks/train_student/{student}/{seed}.tsv"
    wildcard_constraints:
        student=experiment.names("train_student"),
    priority: 20
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "train_student {wildcards.student}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/train.py"
