"""The page and the tables."""


rule report:
    input:
        results=experiment.all_manifests,
    output:
        "results/report/manifest.json",
        multiext("results/", "report.html", "scores.csv", "speed.csv"),
    params:
        step=experiment.made_by("report"),
    log:
        "results/logs/report/report.log",
    benchmark:
        "results/benchmarks/report/report.tsv"
    resources:
        mem_mb=2000,
    conda:
        "../../envs/seqkd.yaml"
    message:
        "report (follow it in {log})"
    script:
        "../scripts/report.py"
