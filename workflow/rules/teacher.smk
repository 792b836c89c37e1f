"""Models that are taught from.

Priorities, here and in the other rules: what most other jobs wait for comes first, so that no core idles at the end.
"""


rule train_teacher:
    """Train a teacher."""
    input:
        unpack(experiment.needs("teachers/{teacher}/{seed}")),
    output:
        "results/teachers/{teacher}/{seed}/manifest.json",
        multiext("results/teachers/{teacher}/{seed}/", "model.safetensors", "model.json", "metrics.jsonl"),
    log:
        "results/logs/train_teacher/{teacher}/{seed}.log",
    benchmark:
        "results/benchmarks/train_teacher/{teacher}/{seed}.tsv"
    wildcard_constraints:
        teacher=experiment.names("train_teacher"),
        seed=r"\d+",
    priority: 40
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        step=experiment.made_by("teachers/{teacher}/{seed}"),
    message:
        "train_teacher {wildcards.teacher}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/train_teacher.py"


rule given_teacher:
    """Take over a teacher of another run."""
    input:
        unpack(experiment.needs("teachers/{teacher}/{seed}")),
    output:
        "results/teachers/{teacher}/{seed}/manifest.json",
        multiext("results/teachers/{teacher}/{seed}/", "model.safetensors", "model.json"),
    log:
        "results/logs/given_teacher/{teacher}/{seed}.log",
    benchmark:
        "results/benchmarks/given_teacher/{teacher}/{seed}.tsv"
    wildcard_constraints:
        teacher=experiment.names("given_teacher"),
        seed=r"\d+",
    priority: 40
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=3000,
    params:
        step=experiment.made_by("teachers/{teacher}/{seed}"),
    message:
        "given_teacher {wildcards.teacher} (follow it in {log})"
    script:
        "../scripts/given_teacher.py"


rule ensemble:
    """Put teachers together as one."""
    input:
        unpack(experiment.needs("teachers/{teacher}/{seed}")),
    output:
        "results/teachers/{teacher}/{seed}/manifest.json",
        multiext("results/teachers/{teacher}/{seed}/", "model.safetensors", "model.json"),
    log:
        "results/logs/ensemble/{teacher}/{seed}.log",
    benchmark:
        "results/benchmarks/ensemble/{teacher}/{seed}.tsv"
    wildcard_constraints:
        teacher=experiment.names("ensemble"),
        seed=r"\d+",
    priority: 40
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=3000,
    params:
        step=experiment.made_by("teachers/{teacher}/{seed}"),
    message:
        "ensemble {wildcards.teacher} (follow it in {log})"
    script:
        "../scripts/ensemble.py"
