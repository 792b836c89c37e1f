"""Draw the page and the tables from the measurements."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def report(job: Job) -> Stats:
    """report.html, scores.csv, speed.csv and report/ into results."""
    from seqkd.analysis.settings import ReportSettings
    from seqkd.report.make import make_report

    return make_report(
        settings=ReportSettings(**job.settings["report"]),
        config=job.settings["config"],
        results=job.results,
        systems=job.settings["systems"],
    )


run_job(report)
