"""What is needed of the models to score them: translations of the test sets, and agreement with the teacher."""


rule translate:
    """Translate a test set by a model, greedily and by beam search."""
    input:
        unpack(experiment.needs("translations/{model}/{test_set}")),
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
        step=experiment.made_by("translations/{model}/{test_set}"),
    message:
        "translate {wildcards.test_set} by {wildcards.model} (follow it in {log})"
    script:
        "../scripts/translate.py"


rule teacher_agreement:
    """Compare a model with its teacher on a test set."""
    input:
        unpack(experiment.needs("teacher_agreement/{model}/{test_set}")),
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
        step=experiment.made_by("teacher_agreement/{model}/{test_set}"),
    message:
        "agreement of {wildcards.model} with its teacher on {wildcards.test_set} (follow it in {log})"
    script:
        "../scripts/teacher_agreement.py"
