"""Translate one shard of the training set by a teacher."""

from dataclasses import replace
from pathlib import Path

from seqkd.pipeline.jobs.context import Facts, Job, run


def work(job: Job) -> Facts:
    """JSON lines into results/decode/{teacher}/{seed}/{kind}/{shard}.jsonl."""
    from seqkd.decoding.length_penalty import read_chosen
    from seqkd.decoding.settings import DecodeSettings
    from seqkd.decoding.shard import decode_shard

    return decode_shard(
        settings=DecodeSettings(**job.settings["decode"]),
        kind=job.settings["kind"],
        shard=int(job.wildcards["shard"]),
        model=job.input("model"),
        tokenizer=job.input("tokenizer"),
        output=part(job) if len(job.devices) > 1 else job.outputs[1],
        precision=job.settings["precision"],
        length_penalty=read_chosen(job.optional("search")),
        device=job.device,
        part=job.part,
    )


def part(job: Job) -> Path:
    """Where this process puts its part of the shard."""
    return job.state / f"part-{job.rank}.jsonl"


def join(job: Job, facts: list[Facts]) -> Facts:
    """The shard of all processes' parts."""
    from seqkd.decoding.shard import join_parts

    return join_parts([part(replace(job, rank=rank)) for rank in range(len(job.devices))], facts, job.outputs[1])


run(work, join)
