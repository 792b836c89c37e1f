"""What a perfect model would score on a test set."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """mode.txt, sample.txt and ceilings.json into results/ceilings/{test set}."""
    from seqkd.scoring.ceilings import measure_ceilings

    return measure_ceilings(**job.settings, test_set=job.input("test_set"), folder=job.folder)


run(work)
