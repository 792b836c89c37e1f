"""Models that students learn from.

Priorities, here and in the other rules: what most jobs wait for runs first, so that no core idles at the end.
"""

step = experiment.step("teachers/{teacher}/{seed}")


rule train_teacher:
    """Train a teacher."""
    input:
        corpus=step.upstream("corpus"),
        tokenizer=step.upstream("tokenizer"),
    output:
        "results/teachers/{teacher}/{seed}/manifest.json",
        multiext("results/teachers/{teacher}/{seed}/", "model.safetensors", "model.json", "metrics.jsonl"),
    log:
        "results/logs/train_teacher/{teacher}/{seed}.log",
    benchmark:
        "results/benchmarks/train_teacher/{teacher}/{seed}.tsv"
    wildcard_constraints:
        teacher=experiment.names("train_teacher"),
    priority: 40
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "train_teacher {wildcards.teacher}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/train.py"


step = experiment.step("teachers/{teacher}/{seed}")


rule import_teacher:
    """Import a teacher from another run."""
    input:
        tokenizer=step.upstream("tokenizer"),
    output:
        "results/teachers/{teacher}/{seed}/manifest.json",
        multiext("results/teachers/{teacher}/{seed}/", "model.safetensors", "model.json"),
    log:
        "results/logs/import_teacher/{teacher}/{seed}.log",
    benchmark:
        "results/benchmarks/import_teacher/{teacher}/{seed}.tsv"
    wildcard_constraints:
        teacher=experiment.names("import_teacher"),
    priority: 40
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=3000,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "import_teacher {wildcards.teacher} (follow it in {log})"
    script:
        "../scripts/import_teacher.py"


step = experiment.step("teachers/{teacher}/{seed}")


rule ensemble:
    """Make a teacher that averages others."""
    input:
        members=step.all_upstream,
    output:
        "results/teachers/{teacher}/{seed}/manifest.json",
        multiext("results/teachers/{teacher}/{seed}/", "model.safetensors", "model.json"),
    log:
        "results/logs/ensemble/{teacher}/{seed}.log",
    benchmark:
        "results/benchmarks/ensemble/{teacher}/{seed}.tsv"
    wildcard_constraints:
        teacher=experiment.names("ensemble"),
    priority: 40
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=3000,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "ensemble {wildcards.teacher} (follow it in {log})"
    script:
        "../scripts/ensemble.py"
