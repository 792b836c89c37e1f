"""Translate one shard of the training set with a teacher."""

from dataclasses import replace
from pathlib import Path

from seqkd.pipeline.jobs.context import Job, Stats, run_job


def decode(job: Job) -> Stats:
    """JSON lines into results/decode/{teacher}/{seed}/{kind}/{shard}.jsonl."""
    from seqkd.decoding.decode_shard import decode_shard
    from seqkd.decoding.length_penalty import read_chosen_penalty
    from seqkd.decoding.settings import DecodeSettings

    return decode_shard(
        settings=DecodeSettings(**job.settings["decode"]),
        kind=job.settings["kind"],
        shard=int(job.wildcards["shard"]),
        model=job.input("model"),
        tokenizer=job.input("tokenizer"),
        output=part_of(job) if len(job.devices) > 1 else job.outputs[1],
        precision=job.settings["precision"],
        length_penalty=read_chosen_penalty(job.optional("search")),
        device=job.device,
        part=job.shard,
    )


def part_of(job: Job) -> Path:
    """The file with this process's part of the shard."""
    return job.state / f"part-{job.rank}.jsonl"


def join(job: Job, stats: list[Stats]) -> Stats:
    """The shard, joined from the parts of all processes."""
    from seqkd.decoding.decode_shard import join_parts

    parts = [part_of(replace(job, rank=rank)) for rank in range(len(job.devices))]
    return join_parts(parts, stats, job.outputs[1])


run_job(decode, join)
