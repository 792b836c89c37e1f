"""Fetch one file of the corpus."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """The file into results/download/{name}/{name}."""
    from seqkd.corpus.fetch import fetch

    return fetch(job.settings, job.outputs[1], job.state)


run(work)
