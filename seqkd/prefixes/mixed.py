"""Targets or the student's samples, chosen at random for whole batches (GKD) or for each sentence (ImitKD)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from seqkd.prefixes import student

if TYPE_CHECKING:
    import torch

    from seqkd.data.batching import Batch
    from seqkd.prefixes import PrefixContext

SAMPLES = True


class Options(student.Options):
    """The fraction of samples, and how they are drawn."""

    on_policy_fraction: float = Field(
        0.5, gt=0, lt=1, description="Fraction of student samples; if increasing, at the end of training."
    )
    schedule: Literal["constant", "increasing"] = Field(
        "constant",
        description="`increasing`: starts at 0; the fraction of targets decays exponentially to 1 - "
        "`on_policy_fraction`.",
    )
    per: Literal["batch", "sentence"] = Field("batch", description="Unit for which a prefix is chosen.")


def share(options: Options, progress: float) -> float:
    """Probability of a sample at this fraction of the training, in (0, 1]."""
    if options.schedule == "constant":
        return options.on_policy_fraction
    return float(1 - (1 - options.on_policy_fraction) ** progress)


def passes(options: Options) -> int:
    """One pass, after the sampling."""
    return 1


def pairs(context: PrefixContext, options: Options) -> Iterator[Batch]:
    """The batch with some or all targets replaced by samples."""
    import torch

    batch = context.batch
    uniforms = torch.rand(len(batch.src) if options.per == "sentence" else 1, device="cpu")
    use_sample = (uniforms < share(options, context.progress)).expand(len(batch.src))
    if not bool(use_sample.any()):
        yield batch
        return
    rows = use_sample.nonzero().flatten().to(batch.src.device)
    samples = student.samples(context.student, select_rows(batch, rows), options, context.workers)
    yield samples if bool(use_sample.all()) else replace_rows(batch, rows, samples)


def select_rows(batch: Batch, rows: torch.Tensor) -> Batch:
    """These rows of a batch."""
    from seqkd.data.batching import Batch

    return Batch(batch.src[rows], batch.prefix[rows], batch.target[rows])


def replace_rows(batch: Batch, rows: torch.Tensor, samples: Batch) -> Batch:
    """The batch with the prefixes and targets of these rows replaced, padded to the wider of the two."""
    from seqkd.data.batching import Batch
    from seqkd.data.dataset import PAD

    width = max(batch.prefix.shape[1], samples.prefix.shape[1])

    def merge(ids: torch.Tensor, sample_ids: torch.Tensor) -> torch.Tensor:
        merged = ids.new_full((len(ids), width), PAD)
        merged[:, : ids.shape[1]] = ids
        merged[rows] = PAD
        merged[rows, : sample_ids.shape[1]] = sample_ids
        return merged

    return Batch(batch.src, merge(batch.prefix, samples.prefix), merge(batch.target, samples.target))
