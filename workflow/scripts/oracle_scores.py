"""What a perfect model would score on a test set."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def oracle_scores(job: Job) -> Stats:
    """mode.txt, sample.txt and oracle_scores.json into results/oracle_scores/{test set}."""
    from seqkd.scoring.oracle_scores import measure_oracle_scores

    return measure_oracle_scores(**job.settings, test_set=job.input("test_set"), folder=job.folder)


run_job(oracle_scores)
