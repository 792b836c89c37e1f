"""Models against the true distribution: for the corpus `captions` alone, whose truth is known."""


rule truth:
    """Hold a model against the true distribution."""
    input:
        unpack(experiment.needs("truth/{model}")),
    output:
        "results/truth/{model}/manifest.json",
        "results/truth/{model}/truth.json",
    log:
        "results/logs/truth/{model}.log",
    benchmark:
        "results/benchmarks/truth/{model}.tsv"
    wildcard_constraints:
        model="(teachers|students)/.+",
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        step=experiment.made_by("truth/{model}"),
    message:
        "truth: {wildcards.model} against the true distribution (follow it in {log})"
    script:
        "../scripts/truth.py"


rule ceilings:
    """Score a perfect model on a test set."""
    input:
        unpack(experiment.needs("ceilings/{test_set}")),
    output:
        "results/ceilings/{test_set}/manifest.json",
        multiext("results/ceilings/{test_set}/", "ceilings.json", "mode.txt", "sample.txt"),
    log:
        "results/logs/ceilings/{test_set}.log",
    benchmark:
        "results/benchmarks/ceilings/{test_set}.tsv"
    wildcard_constraints:
        test_set=experiment.names("test_set"),
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        step=experiment.made_by("ceilings/{test_set}"),
    message:
        "ceilings of {wildcards.test_set} (follow it in {log})"
    script:
        "../scripts/ceilings.py"
