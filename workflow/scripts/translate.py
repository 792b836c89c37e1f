"""Translate a test set by a model, greedily and by beam search."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def translate(job: Job) -> Stats:
    """The translations and translations.json into results/translations/{model}/{test set}."""
    from seqkd.decoding.length_penalty import read_chosen_penalty
    from seqkd.decoding.settings import TunedSearchSettings
    from seqkd.scoring.translate import translate_test_set

    return translate_test_set(
        search=TunedSearchSettings(**job.settings["search"]).tuned(read_chosen_penalty(job.optional("search"))),
        model=job.input("model"),
        tokenizer=job.input("tokenizer"),
        test_set=job.input("test_set"),
        folder=job.folder,
        precision=job.settings["precision"],
    )


run_job(translate)
