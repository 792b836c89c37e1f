"""What a perfect model would score on a test set."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def oracle_scores(job: Job) -> Stats:
    """mode.txt, sample.txt and ceilings.json into results/ceilings/{test set}."""
    from seqkd.scoring.ceilings import measure_ceilings

    return measure_ceilings(**job.settings, test_set=job.input("test_set"), folder=job.folder)


run_job(oracle_scores)
