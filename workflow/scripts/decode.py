"""Translate one shard of the training set by a teacher."""

from workflow.job import Facts, Job, run


def work(job: Job) -> Facts:
    """JSON lines into results/decode/{teacher}/{seed}/{kind}/{shard}.jsonl."""
    from seqkd.decoding.settings import DecodeSettings
    from seqkd.decoding.shard import decode_shard

    return decode_shard(
        settings=DecodeSettings(**job.settings["decode"]),
        kind=job.settings["kind"],
        shard=int(job.wildcards["shard"]),
        model=job.input("model"),
        tokenizer=job.input("tokenizer"),
        corpus=job.input("corpus"),
        output=job.outputs[1],
        precision=job.settings["precision"],
    )


run(work)
