"""The length penalty of each model's beam search, chosen on dev."""


rule length_penalty:
    """Choose the length penalty of a model's beam search on dev."""
    input:
        unpack(experiment.needs("{model}/search/{search}")),
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
        step=experiment.made_by("{model}/search/{search}"),
    message:
        "length penalty of {wildcards.model}, {wildcards.search} (follow it in {log})"
    script:
        "../scripts/length_penalty.py"
