"""Score a model's translations of a test set."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def score(job: Job) -> Stats:
    """scores.json into results/scores/{model}/{test set}."""
    from seqkd.scoring.score import score_translations

    return score_translations(
        **job.settings,
        translations=job.input("translations"),
        teacher_agreement=job.optional("teacher_agreement"),
        test_set=job.input("test_set"),
        corpus=job.input("corpus"),
        folder=job.folder,
    )


run_job(score)
