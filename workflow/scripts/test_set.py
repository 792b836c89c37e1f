"""Write one test set."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def test_set(job: Job) -> Stats:
    """Both sides and groups into results/test_sets/{name}."""
    from seqkd.corpus.make import make_test_set

    return make_test_set(job.settings["corpus"], job.settings["test_set"], job.downloads(), job.folder)


run_job(test_set)
