"""Train a teacher or a student, or a pruned student further."""

from seqkd.pipeline.jobs.context import Job, Stats, rank_zero, run_job


def train(job: Job) -> Stats:
    """The best model on dev and its training curve, into the model's folder."""
    from seqkd.decoding.settings import LengthLimits
    from seqkd.models import checkpoint
    from seqkd.training.settings import TrainingSettings
    from seqkd.training.trainer import train_model

    return train_model(
        model=checkpoint.settings_of(job.settings["model"]),
        training=TrainingSettings(**job.settings["training"]),
        loss=job.settings["loss"],
        seed=job.settings["seed"],
        tokenizer=job.input("tokenizer"),
        targets=job.optional("targets") or job.input("tokenizer") / "train",
        corpus=job.input("corpus"),
        bleu_tokenize=job.settings["bleu_tokenize"],
        is_fallback=job.settings["is_fallback"],
        limits=LengthLimits(**job.settings["limits"]),
        teacher=job.optional("teacher"),
        start=job.optional("init"),
        keep_pruned=job.settings.get("keep_pruned", False),
        folder=job.folder,
        state=job.state,
        stored=job.optional("teacher_topk"),
        processes=job.processes(),
    )


run_job(train, rank_zero)
