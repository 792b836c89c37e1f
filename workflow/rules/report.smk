"""The page and the tables.

Outputs marked with `report` are what `snakemake --report` shows.
"""

step = experiment.step("report")


rule report:
    """Draw the page, the tables and the plots."""
    input:
        manifests=step.all_upstream,
    output:
        "results/report/manifest.json",
        report("results/report.html", caption="../report/page.rst", category="Page", labels={"result": "the page"}),
        report(
            "results/scores.csv",
            caption="../report/scores.rst",
            category="Tables",
            labels={"result": "scores of every system"},
        ),
        report(
            "results/speed.csv",
            caption="../report/speed.rst",
            category="Tables",
            labels={"result": "speed of every system"},
        ),
        report(
            "results/report/comparisons.csv",
            caption="../report/comparisons.rst",
            category="Tables",
            labels={"result": "comparisons with the baseline"},
        ),
        [
            report(
                f"results/report/{name}.svg",
                caption="../report/plot.rst",
                category="Plots",
                labels={"result": title},
            )
            for name, title in experiment.plots.items()
        ],
        multiext("results/report/", "jobs.csv", "provenance.csv"),
        ["results/report/truth.csv"] if "truth" in experiment.plots else [],
    log:
        "results/logs/report/report.log",
    benchmark:
        "results/benchmarks/report/report.tsv"
    conda:
        "../../envs/seqkd.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
    params:
        settings=step.settings,
        code=step.code,
        upstream=step.upstream_keys,
    message:
        "report (follow it in {log})"
    script:
        "../scripts/report.py"
