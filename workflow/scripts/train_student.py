"""Train a student on its targets."""

from seqkd.pipeline.jobs.context import Facts, Job, first, run


def work(job: Job) -> Facts:
    """The best model on dev, with the course of its training."""
    from seqkd.decoding.settings import LengthLimits
    from seqkd.models import store
    from seqkd.training.run import train_model
    from seqkd.training.settings import TrainingSettings

    return train_model(
        model=store.settings_of(job.settings["model"]),
        training=TrainingSettings(**job.settings["training"]),
        loss=job.settings["loss"],
        seed=job.settings["seed"],
        tokenizer=job.input("tokenizer"),
        targets=job.optional("targets") or job.input("tokenizer") / "train",
        corpus=job.input("corpus"),
        bleu_tokenize=job.settings["bleu_tokenize"],
        limits=LengthLimits(**job.settings["limits"]),
        teacher=job.optional("teacher"),
        start=job.optional("start"),
        keep_zeros=False,
        folder=job.folder,
        state=job.state,
        stored=job.optional("stored_teacher"),
        processes=job.processes(),
    )


run(work, first)
