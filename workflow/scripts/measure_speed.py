"""Measure a model's speed next to its teacher's, alone on the machine."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def measure_speed(job: Job) -> Stats:
    """speed.json into results/speed/{model}."""
    from seqkd.decoding.length_penalty import read_chosen_penalty
    from seqkd.decoding.settings import TunedSearchSettings
    from seqkd.scoring.speed import measure_speed
    from seqkd.scoring.speed_settings import SpeedSettings

    search = TunedSearchSettings(**job.settings["search"])
    return measure_speed(
        settings=SpeedSettings(**job.settings["speed"]),
        search=search.tuned(read_chosen_penalty(job.optional("search"))),
        teacher_search=search.tuned(read_chosen_penalty(job.optional("teacher_search"))),
        system=job.settings["system"],
        model=job.input("model"),
        teacher=job.input("teacher"),
        tokenizer=job.input("tokenizer"),
        test_set=job.input("test_set"),
        folder=job.folder,
        precision=job.settings["precision"],
    )


run_job(measure_speed)
