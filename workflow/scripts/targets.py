"""Make the targets of a training set from a teacher's hypotheses."""

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def targets(job: Job) -> Stats:
    """Text and ids into results/targets/{teacher}/{seed}/{targets}."""
    from seqkd.distillation.make_targets import make_targets

    return make_targets(
        kind=job.settings["targets"],
        shards=job.shards(),
        corpus=job.input("corpus"),
        tokenizer=job.input("tokenizer"),
        folder=job.folder,
        bleu_tokenize=job.settings.get("bleu_tokenize", ""),
    )


run_job(targets)
