"""Download one file of the corpus."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def download(job: Job) -> Stats:
    """The file into results/download/{name}/{name}."""
    from seqkd.corpus.download.fetch import fetch

    return fetch(job.settings, job.outputs[1], job.state)


run_job(download)
