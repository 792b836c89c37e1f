"""Models that learn from them."""


rule train_student:
    input:
        unpack(experiment.needs("students/{student}/{seed}")),
    output:
        "results/students/{student}/{seed}/manifest.json",
        multiext("results/students/{student}/{seed}/", "model.safetensors", "model.json", "metrics.jsonl"),
    wildcard_constraints:
        student=experiment.names("train_student"),
        seed=r"\d+",
    params:
        step=experiment.made_by("students/{student}/{seed}"),
    log:
        "results/logs/train_student/{student}/{seed}.log",
    benchmark:
        "results/benchmarks/train_student/{student}/{seed}.tsv"
    resources:
        mem_mb=3000,
    conda:
        "../../envs/seqkd.yaml"
    message:
        "train_student {wildcards.student}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/train_student.py"
