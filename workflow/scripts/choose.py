"""Choose targets out of what a teacher said."""

from workflow.job import Facts, Job, run


def work(job: Job) -> Facts:
    """Text and ids into results/targets/{teacher}/{seed}/{choice}."""
    from seqkd.distillation.make_targets import make_targets

    return make_targets(
        kind=job.settings["targets"],
        shards=job.shards(),
        corpus=job.input("corpus"),
        tokenizer=job.input("tokenizer"),
        folder=job.folder,
        bleu_tokenize=job.settings.get("bleu_tokenize", ""),
    )


run(work)
