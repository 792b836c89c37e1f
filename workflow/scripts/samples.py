"""Make targets of the teacher's samples: each is a training pair."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """Text and ids into results/targets/{teacher}/{seed}/samples."""
    from seqkd.mixture.make import make_samples

    return make_samples(
        shards=job.shards(), corpus=job.input("corpus"), tokenizer=job.input("tokenizer"), folder=job.folder
    )


run(work)
