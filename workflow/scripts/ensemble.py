"""Put teachers together as one that averages them."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """The weights of all members into results/teachers/{teacher}/1."""
    from seqkd.models.ensemble import make_ensemble

    return make_ensemble([job.input(name) for name in sorted(job.inputs)], job.folder)


run(work)
