"""Make a teacher that averages others."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def ensemble(job: Job) -> Stats:
    """The weights of all members into results/teachers/{teacher}/1."""
    from seqkd.models.ensemble import make_ensemble

    return make_ensemble([path.parent for path in job.inputs["members"]], job.folder)


run_job(ensemble)
