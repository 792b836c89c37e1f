"""Students with most weights set to zero, and finetuned with these kept at zero."""

step = experiment.step("pruned/{system}/{sparsity}/{seed}/pruned")


rule prune:
    """Set most weights of a student to zero."""
    input:
        model=step.upstream("model"),
    output:
        "results/pruned/{system}/{sparsity}/{seed}/pruned/manifest.json",
        multiext("results/pruned/{system}/{sparsity}/{seed}/pruned/", "model.safetensors", "model.json"),
    log:
        "results/logs/prune/{system}/{sparsity}/{seed}.log",
    benchmark:
        "results/benchmarks/prune/{system}/{sparsity}/{seed}.tsv"
    priority: 10
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "prune {wildcards.system}, sparsity {wildcards.sparsity}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/prune.py"


step = experiment.step("pruned/{system}/{sparsity}/{seed}/finetuned")


rule finetune_pruned:
    """Finetune a pruned student; its zero weights stay zero."""
    input:
        corpus=step.upstream("corpus"),
        tokenizer=step.upstream("tokenizer"),
        targets=step.upstream("targets"),
        teacher=step.upstream("teacher"),
        teacher_topk=step.upstream("teacher_topk"),
        init=step.upstream("init"),  # the pruned model
    output:
        "results/pruned/{system}/{sparsity}/{seed}/finetuned/manifest.json",
        multiext(
            "results/pruned/{system}/{sparsity}/{seed}/finetuned/", "model.safetensors", "model.json", "metrics.jsonl"
        ),
    log:
        "results/logs/finetune_pruned/{system}/{sparsity}/{seed}.log",
    benchmark:
        "results/benchmarks/finetune_pruned/{system}/{sparsity}/{seed}.tsv"
    priority: 10
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "finetune_pruned {wildcards.system}, sparsity {wildcards.sparsity}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/train.py"
