"""Draw the page and the tables from the measurements."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """report.html, scores.csv, speed.csv and report/ into results."""
    from seqkd.report.make import make_report
    from seqkd.report.settings import ReportSettings

    return make_report(
        settings=ReportSettings(**job.settings["report"]),
        config=job.settings["config"],
        results=job.results,
        systems=job.settings["systems"],
    )


run(work)
