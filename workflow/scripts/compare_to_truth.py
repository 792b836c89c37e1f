"""Compare a model with the true distribution."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def compare_to_truth(job: Job) -> Stats:
    """truth.json into results/truth/{model}."""
    from seqkd.decoding.length_penalty import read_chosen_penalty
    from seqkd.decoding.settings import TunedSearchSettings
    from seqkd.scoring.true_distribution import compare_to_truth
    from seqkd.scoring.truth_settings import TruthSettings

    return compare_to_truth(
        settings=TruthSettings(**job.settings["truth"]),
        search=TunedSearchSettings(**job.settings["search"]).tuned(read_chosen_penalty(job.optional("search"))),
        system=job.settings["system"],
        model=job.input("model"),
        tokenizer=job.input("tokenizer"),
        test_set=job.input("test_set"),
        folder=job.folder,
        precision=job.settings["precision"],
    )


run_job(compare_to_truth)
