"""Quality on every test set, and speed."""

step = experiment.step("scores/{model}/{test_set}")


rule score:
    """Score a model's translations of a test set."""
    input:
        translations=step.upstream("translations"),
        teacher_agreement=step.upstream("teacher_agreement"),
        test_set=step.upstream("test_set"),
        corpus=step.upstream("corpus"),
    output:
        "results/scores/{model}/{test_set}/manifest.json",
        "results/scores/{model}/{test_set}/scores.json",
        expand(
            "results/scores/{{model}}/{{test_set}}/{decoding}.{metric}.npy",
            decoding=experiment.decodings,
            metric=experiment.plan.config.score.extra_metrics,
        ),
    log:
        "results/logs/score/{model}/{test_set}.log",
    benchmark:
        "results/benchmarks/score/{model}/{test_set}.tsv"
    wildcard_constraints:
        model="(teachers|students|pruned)/.+",
        test_set=experiment.names("test_set"),
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "score {wildcards.model} on {wildcards.test_set} (follow it in {log})"
    script:
        "../scripts/score.py"


step = experiment.step("speed/{model}")


rule measure_speed:
    """Measure a model's speed next to its teacher's, alone on the machine."""
    input:
        model=step.upstream("model"),
        teacher=step.upstream("teacher"),
        test_set=step.upstream("test_set"),
        tokenizer=step.upstream("tokenizer"),
        search=step.upstream("search"),
        teacher_search=step.upstream("teacher_search"),
    output:
        "results/speed/{model}/manifest.json",
        "results/speed/{model}/speed.json",
    log:
        "results/logs/measure_speed/{model}.log",
    benchmark:
        "results/benchmarks/measure_speed/{model}.tsv"
    wildcard_constraints:
        model="(teachers|students|pruned)/.+",
    priority: -1
    conda:
        "../../envs/seqkd.yaml"
    threads: experiment.cores_of_speed()
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "speed of {wildcards.model}, alone on the machine (follow it in {log})"
    script:
        "../scripts/measure_speed.py"
