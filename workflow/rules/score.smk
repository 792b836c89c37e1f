"""Quality on every test set, and speed."""


rule score:
    """Score a model's translations of a test set."""
    input:
        unpack(experiment.needs("scores/{model}/{test_set}")),
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
        step=experiment.made_by("scores/{model}/{test_set}"),
    message:
        "score {wildcards.model} on {wildcards.test_set} (follow it in {log})"
    script:
        "../scripts/score.py"


rule measure_speed:
    """Measure a model's speed beside its teacher's, alone on the machine."""
    input:
        unpack(experiment.needs("speed/{model}")),
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
        step=experiment.made_by("speed/{model}"),
    message:
        "speed of {wildcards.model}, alone on the machine (follow it in {log})"
    script:
        "../scripts/measure_speed.py"
