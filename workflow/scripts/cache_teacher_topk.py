"""Store a teacher's top k tokens at the targets of a training set."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def cache_teacher_topk(job: Job) -> Stats:
    """Arrays into results/teacher_topk/{teacher}/{seed}/{targets}/{k}."""
    from seqkd.distillation.cache_teacher_topk import cache_teacher_topk

    return cache_teacher_topk(
        k=job.settings["k"],
        model=job.input("teacher"),
        targets=job.optional("targets") or job.input("tokenizer") / "train",
        precision=job.settings["precision"],
        folder=job.folder,
        state=job.state,
    )


run_job(cache_teacher_topk)
