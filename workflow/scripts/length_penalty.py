"""Choose the length penalty of a model's beam search on dev."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def length_penalty(job: Job) -> Stats:
    """search.json into results/{model}/search/{search}."""
    from seqkd.decoding.settings import TunedSearchSettings
    from seqkd.scoring.length_penalty import choose_length_penalty

    return choose_length_penalty(
        search=TunedSearchSettings(**job.settings["search"]),
        model=job.input("model"),
        tokenizer=job.input("tokenizer"),
        corpus=job.input("corpus"),
        folder=job.folder,
        bleu_tokenize=job.settings["bleu_tokenize"],
        is_fallback=job.settings["is_fallback"],
        precision=job.settings["precision"],
    )


run_job(length_penalty)
