"""Models that are taught from."""


rule train_teacher:
    input:
        unpack(experiment.needs("teachers/{teacher}/{seed}")),
    output:
        "results/teachers/{teacher}/{seed}/manifest.json",
        multiext("results/teachers/{teacher}/{seed}/", "model.safetensors", "model.json", "metrics.jsonl"),
    wildcard_constraints:
        teacher=experiment.names("train_teacher"),
        seed=r"\d+",
    params:
        step=experiment.made_by("teachers/{teacher}/{seed}"),
    log:
        "results/logs/train_teacher/{teacher}/{seed}.log",
    benchmark:
        "results/benchmarks/train_teacher/{teacher}/{seed}.tsv"
    resources:
        mem_mb=3000,
    conda:
        "../../envs/seqkd.yaml"
    message:
        "train_teacher {wildcards.teacher}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/train_teacher.py"
