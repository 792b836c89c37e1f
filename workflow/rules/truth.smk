"""Models against the true distribution: only for the corpus `captions`, whose truth is known."""


rule compare_to_truth:
    """Compare a model with the true distribution."""
    input:
        unpack(experiment.needs("truth/{model}")),
    output:
        "results/truth/{model}/manifest.json",
        "results/truth/{model}/truth.json",
    log:
        "results/logs/compare_to_truth/{model}.log",
    benchmark:
        "results/benchmarks/compare_to_truth/{model}.tsv"
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
        "../scripts/compare_to_truth.py"


rule oracle_scores:
    """Score a perfect model on a test set."""
    input:
        unpack(experiment.needs("oracle_scores/{test_set}")),
    output:
        "results/oracle_scores/{test_set}/manifest.json",
        multiext("results/oracle_scores/{test_set}/", "oracle_scores.json", "mode.txt", "sample.txt"),
    log:
        "results/logs/oracle_scores/{test_set}.log",
    benchmark:
        "results/benchmarks/oracle_scores/{test_set}.tsv"
    wildcard_constraints:
        test_set=experiment.names("test_set"),
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        step=experiment.made_by("oracle_scores/{test_set}"),
    message:
        "oracle scores on {wildcards.test_set} (follow it in {log})"
    script:
        "../scripts/oracle_scores.py"
