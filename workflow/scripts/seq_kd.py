"""Make the Seq-KD targets: the teacher's beam search in place of the references."""

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """Text and ids into results/targets/{teacher}/{seed}/seq-kd."""
    from seqkd.mixture.make import make_seq_kd

    return make_seq_kd(
        shards=job.shards(), corpus=job.input("corpus"), tokenizer=job.input("tokenizer"), folder=job.folder
    )


run(work)
