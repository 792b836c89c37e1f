"""Fetch one file of the corpus."""

from workflow.job import Facts, Job, run


def work(job: Job) -> Facts:
    """The file into results/download/{name}/{name}."""
    from seqkd.corpus.download.fetch import fetch

    return fetch(job.settings, job.outputs[1], job.state)


run(work)
