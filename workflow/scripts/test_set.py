"""Write one test set."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """Sides and groups into results/test_sets/{name}."""
    from seqkd.corpus.make import make_test_set

    return make_test_set(job.settings["corpus"], job.settings["test_set"], job.downloads(), job.folder)


run(work)
