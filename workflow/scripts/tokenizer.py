"""Learn the subwords of both languages and write train and dev as ids."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def tokenizer(job: Job) -> Stats:
    """SentencePiece models, learned or imported, and ids into results/tokenizer."""
    from seqkd.data.tokenizer_settings import TokenizerSettings
    from seqkd.data.train_tokenizer import make_tokenizer

    settings = dict(job.settings)
    files = settings.pop("files", {})
    return make_tokenizer(TokenizerSettings(**settings), job.input("corpus"), job.folder, files)


run_job(tokenizer)
