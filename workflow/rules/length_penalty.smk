"""The length penalty of each model's beam search, chosen on dev."""

step = experiment.step("{model}/search/{search}")


rule length_penalty:
    """Choose the length penalty of a model's beam search on dev."""
    input:
        model=step.upstream("model"),
        corpus=step.upstream("corpus"),
        tokenizer=step.upstream("tokenizer"),
    output:
        "results/{model}/search/{search}/manifest.json",
        "results/{model}/search/{search}/search.json",
    log:
        "results/logs/length_penalty/{model}/{search}.log",
    benchmark:
        "results/benchmarks/length_penalty/{model}/{search}.tsv"
    wildcard_constraints:
        model="(teachers|students|pruned)/.+",
        search=r"beam-[^/]+",
    priority: 35
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "length penalty of {wildcards.model}, {wildcards.search} (follow it in {log})"
    script:
        "../scripts/length_penalty.py"
