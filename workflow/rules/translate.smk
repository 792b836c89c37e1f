"""What is needed of the models to score them: translations of the test sets, and agreement with the teacher."""

step = experiment.step("translations/{model}/{test_set}")


rule translate:
    """Translate a test set by a model, greedily and by beam search."""
    input:
        model=step.upstream("model"),
        test_set=step.upstream("test_set"),
        tokenizer=step.upstream("tokenizer"),
        search=step.upstream("search"),
    output:
        "results/translations/{model}/{test_set}/manifest.json",
        "results/translations/{model}/{test_set}/translations.json",
        expand("results/translations/{{model}}/{{test_set}}/{decoding}.txt", decoding=experiment.decodings),
    log:
        "results/logs/translate/{model}/{test_set}.log",
    benchmark:
        "results/benchmarks/translate/{model}/{test_set}.tsv"
    wildcard_constraints:
        model="(teachers|students|pruned)/.+",
        test_set=experiment.names("test_set"),
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "translate {wildcards.test_set} by {wildcards.model} (follow it in {log})"
    script:
        "../scripts/translate.py"


step = experiment.step("teacher_agreement/{model}/{test_set}")


rule teacher_agreement:
    """Compare a model with its teacher on a test set."""
    input:
        model=step.upstream("model"),
        teacher=step.upstream("teacher"),
        test_set=step.upstream("test_set"),
        tokenizer=step.upstream("tokenizer"),
    output:
        "results/teacher_agreement/{model}/{test_set}/manifest.json",
        "results/teacher_agreement/{model}/{test_set}/teacher_agreement.json",
    log:
        "results/logs/teacher_agreement/{model}/{test_set}.log",
    benchmark:
        "results/benchmarks/teacher_agreement/{model}/{test_set}.tsv"
    wildcard_constraints:
        model="(teachers|students)/.+",
        test_set=experiment.names("test_set"),
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "agreement of {wildcards.model} with its teacher on {wildcards.test_set} (follow it in {log})"
    script:
        "../scripts/teacher_agreement.py"
