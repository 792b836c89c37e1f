"""Clean and write the training and dev set."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """train and dev, sides and groups, into results/corpus."""
    from seqkd.corpus.make import make_corpus

    return make_corpus(job.settings["corpus"], job.downloads(), job.folder)


run(work)
