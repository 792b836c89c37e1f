"""Models compared with the true distribution, which only the corpus `captions` has."""

step = experiment.step("truth/{model}")


rule compare_to_truth:
    """Compare a model with the true distribution."""
    input:
        model=step.upstream("model"),
        test_set=step.upstream("test_set"),
        tokenizer=step.upstream("tokenizer"),
        search=step.upstream("search"),
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
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "truth: {wildcards.model} against the true distribution (follow it in {log})"
    script:
        "../scripts/compare_to_truth.py"


step = experiment.step("oracle_scores/{test_set}")


rule oracle_scores:
    """Score a perfect model on a test set."""
    input:
        test_set=step.upstream("test_set"),
    output:
        "results/oracle_scores/{test_set}/manifest.json",
        multiext("results/oracle_scores/{test_set}/", "oracle_scores.json", "mode.txt", "sample.txt"),
    log:
        "results/logs/oracle_scores/{test_set}.log",
    benchmark:
        "results/benchmarks/oracle_scores/{test_set}.tsv"
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "oracle scores on {wildcards.test_set} (follow it in {log})"
    script:
        "../scripts/oracle_scores.py"
