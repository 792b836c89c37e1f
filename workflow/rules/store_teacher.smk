"""What teachers know at every position of the targets, for students that read it from disk."""


rule store_teacher:
    """Store a teacher's most probable words at every target position."""
    input:
        unpack(experiment.needs("stored_teachers/{teacher}/{seed}/{targets}/{k}")),
    output:
        "results/stored_teachers/{teacher}/{seed}/{targets}/{k}/manifest.json",
        multiext(
            "results/stored_teachers/{teacher}/{seed}/{targets}/{k}/",
            "ids.npy",
            "log_probs.npy",
            "rest.npy",
        ),
    log:
        "results/logs/store_teacher/{teacher}/{seed}/{targets}/{k}.log",
    benchmark:
        "results/benchmarks/store_teacher/{teacher}/{seed}/{targets}/{k}.tsv"
    wildcard_constraints:
        teacher=experiment.names("train_teacher", "given_teacher", "ensemble"),
        seed=r"\d+",
        targets="[a-z0-9+-]+",
        k=r"\d+",
    priority: 30
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
    params:
        step=experiment.made_by("stored_teachers/{teacher}/{seed}/{targets}/{k}"),
    message:
        "store_teacher {wildcards.teacher}, seed {wildcards.seed}: {wildcards.k} words at {wildcards.targets} (follow it in {log})"
    script:
        "../scripts/store_teacher.py"
