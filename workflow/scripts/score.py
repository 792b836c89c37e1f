"""Measure a model's quality on a test set."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def work(job: Job) -> Stats:
    """scores.json and the translations into results/scores/{model}/{test set}."""
    from seqkd.decoding.length_penalty import read_chosen
    from seqkd.scoring.score import score_model
    from seqkd.scoring.settings import ScoreSettings

    return score_model(
        settings=ScoreSettings(**job.settings["score"]),
        system=job.settings["system"],
        model=job.input("model"),
        teacher=job.optional("teacher"),
        tokenizer=job.input("tokenizer"),
        test_set=job.input("test_set"),
        corpus=job.input("corpus"),
        folder=job.folder,
        bleu_tokenize=job.settings["bleu_tokenize"],
        precision=job.settings["precision"],
        length_penalty=read_chosen(job.optional("search")),
    )


run_job(work)
