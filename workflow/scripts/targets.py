"""Make the targets of a training set from a teacher's hypotheses."""

from importlib import import_module

from seqkd.pipeline.graph.targets import PASS_THROUGH, function_of
from seqkd.pipeline.jobs.context import Job, Stats, run_job


def make_targets(job: Job) -> Stats:
    """Text and ids into results/targets/{teacher}/{seed}/{targets}."""
    targets = job.settings["targets"]
    module, function = function_of(targets)
    selection = {} if targets in PASS_THROUGH else {"choice": targets, "bleu_tokenize": job.settings["bleu_tokenize"]}
    stats: Stats = getattr(import_module(module), function)(
        shards=job.shards(),
        corpus=job.input("corpus"),
        tokenizer=job.input("tokenizer"),
        folder=job.folder,
        **selection,
    )
    return stats


run_job(make_targets)
