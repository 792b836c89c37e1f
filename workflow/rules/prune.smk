"""Models with most weights removed, and trained on with those at zero."""


rule prune:
    """Remove most weights of a student."""
    input:
        unpack(experiment.needs("pruned/{system}/{sparsity}/{seed}/before")),
    output:
        "results/pruned/{system}/{sparsity}/{seed}/before/manifest.json",
        multiext("results/pruned/{system}/{sparsity}/{seed}/before/", "model.safetensors", "model.json"),
    log:
        "results/logs/prune/{system}/{sparsity}/{seed}.log",
    benchmark:
        "results/benchmarks/prune/{system}/{sparsity}/{seed}.tsv"
    wildcard_constraints:
        system=experiment.names("prune"),
        sparsity=r"[\d.e-]+",
        seed=r"\d+",
    priority: 10
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        step=experiment.made_by("pruned/{system}/{sparsity}/{seed}/before"),
    message:
        "prune {wildcards.system}, sparsity {wildcards.sparsity}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/prune.py"


rule retrain:
    """Train a pruned student with its removed weights at zero."""
    input:
        unpack(experiment.needs("pruned/{system}/{sparsity}/{seed}/after")),
    output:
        "results/pruned/{system}/{sparsity}/{seed}/after/manifest.json",
        multiext("results/pruned/{system}/{sparsity}/{seed}/after/", "model.safetensors", "model.json", "metrics.jsonl"),
    log:
        "results/logs/retrain/{system}/{sparsity}/{seed}.log",
    benchmark:
        "results/benchmarks/retrain/{system}/{sparsity}/{seed}.tsv"
    wildcard_constraints:
        system=experiment.names("prune"),
        sparsity=r"[\d.e-]+",
        seed=r"\d+",
    priority: 10
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        step=experiment.made_by("pruned/{system}/{sparsity}/{seed}/after"),
    message:
        "retrain {wildcards.system}, sparsity {wildcards.sparsity}, seed {wildcards.seed} (follow it in {log})"
    script:
        "../scripts/retrain.py"
