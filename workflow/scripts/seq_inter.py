"""Make the Seq-Inter targets: of each n-best list the translation nearest to the reference."""

from workflow.job import Facts, Job, run


def work(job: Job) -> Facts:
    """Text and ids into results/targets/{teacher}/{seed}/seq-inter."""
    from seqkd.mixture.make import make_seq_inter

    return make_seq_inter(
        shards=job.shards(),
        corpus=job.input("corpus"),
        tokenizer=job.input("tokenizer"),
        folder=job.folder,
        target_language=job.settings["target_language"],
    )


run(work)
