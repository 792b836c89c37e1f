"""Choose targets out of what a teacher said."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """Text and ids into results/targets/{teacher}/{seed}/{choice}."""
    from seqkd.mixture.choose import make_chosen

    return make_chosen(
        choice=job.settings["choice"],
        shards=job.shards(),
        corpus=job.input("corpus"),
        tokenizer=job.input("tokenizer"),
        folder=job.folder,
        bleu_tokenize=job.settings["bleu_tokenize"],
    )


run(work)
