"""Models compared with the true distribution, which only the corpus `captions` has."""

step = experiment.step("truth/{model}")


rule truth:
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
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "truth: {wildcards.model} against the true distribution (follow it in {log})"
    script:
        "../scripts/truth.py"


step = experiment.step("ceilings/{test_set}")


rule ceilings:
    """Score a perfect model on a test set."""
    input:
        test_set=step.upstream("test_set"),
    output:
        "results/ceilings/{test_set}/manifest.json",
        multiext("results/ceilings/{test_set}/", "ceilings.json", "mode.txt", "sample.txt"),
    log:
        "results/logs/ceilings/{test_set}.log",
    benchmark:
        "results/benchmarks/ceilings/{test_set}.tsv"
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "ceilings of {wildcards.test_set} (follow it in {log})"
    script:
        "../scripts/ceilings.py"
