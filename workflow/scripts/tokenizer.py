"""Learn the pieces of both languages and write train and dev as ids."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """SentencePiece models, learned or given, and ids into results/tokenizer."""
    from seqkd.tokenizer.make import make_tokenizer
    from seqkd.tokenizer.settings import TokenizerSettings

    settings = dict(job.settings)
    given = settings.pop("files", {})
    return make_tokenizer(TokenizerSettings(**settings), job.input("corpus"), job.folder, given)


run(work)
