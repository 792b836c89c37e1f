"""Clean and write the training and dev set."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def corpus(job: Job) -> Stats:
    """Both sides and groups of train and dev into results/corpus."""
    from seqkd.corpus.make import make_corpus

    return make_corpus(job.settings["corpus"], job.downloads(), job.folder)


run_job(corpus)
