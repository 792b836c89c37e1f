"""Learn the pieces of both languages and write train and dev as ids."""

from workflow.job import Facts, Job, run


def work(job: Job) -> Facts:
    """SentencePiece models and ids into results/tokenizer."""
    from seqkd.tokenizer.make import make_tokenizer
    from seqkd.tokenizer.settings import TokenizerSettings

    return make_tokenizer(TokenizerSettings(**job.settings), job.input("corpus"), job.folder)


run(work)
