"""Models that learn from them."""


rule train_student:
    """Train a student."""
    input:
        unpack(experiment.needs("students/{student}/{seed}")),
    output:
        "results/students/{student}/{seed}/manifest.json",
        multiext("results/students/{student}/{seed}/", "model.safetensors", "model.json", "metrics.jsonl"),
    log:
        "results/logs/train_student/{student}/{seed}.log",
    benchmark:
        "results/benchmarks/train_student/{student}/{seed}.tsv"
    wildcard_constraints:
        student=experiment.names("train_student"),
        seed=r"\d+",
    priority: 20
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        step=experiment.made_by("students/{student}/{seed}"),
    message:
        "train_student {wildcards.student}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/train_student.py"
