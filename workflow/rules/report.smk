"""The page and the tables."""


rule report:
    input:
        results=experiment.all_manifests,
    output:
        "results/report/manifest.json",
        multiext("results/", "report.html", "scores.csv", "speed.csv"),
    log:
        "results/logs/report/report.log",
    benchmark:
        "results/benchmarks/report/report.tsv"
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        step=experiment.made_by("report"),
    message:
        "report (follow it in {log})"
    script:
        "../scripts/report.py"
