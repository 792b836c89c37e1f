"""Store a teacher's most probable words at the targets of a training set."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """Arrays into results/stored_teachers/{teacher}/{seed}/{targets}/{k}."""
    from seqkd.teacher.storing import store_teacher

    return store_teacher(
        k=job.settings["k"],
        model=job.input("model"),
        targets=job.optional("targets") or job.input("tokenizer") / "train",
        precision=job.settings["precision"],
        folder=job.folder,
        state=job.state,
    )


run(work)
