"""Compare a model with its teacher on a test set."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def teacher_agreement(job: Job) -> Stats:
    """teacher_agreement.json into results/teacher_agreement/{model}/{test set}."""
    from seqkd.decoding.settings import LengthLimits
    from seqkd.scoring.teacher_agreement import measure_teacher_agreement

    return measure_teacher_agreement(
        sentences=job.settings["sentences"],
        limits=LengthLimits(**job.settings["limits"]),
        bleu_tokenize=job.settings["bleu_tokenize"],
        model=job.input("model"),
        teacher=job.input("teacher"),
        tokenizer=job.input("tokenizer"),
        test_set=job.input("test_set"),
        folder=job.folder,
        precision=job.settings["precision"],
    )


run_job(teacher_agreement)
