"""Samples from the student, drawn at every update with dropout off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.prefixes import SINGLE_PROCESS
from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    import torch

    from seqkd.data.batching import Batch
    from seqkd.decoding.beam_search import Hypothesis
    from seqkd.models.base import TranslationModel
    from seqkd.prefixes import PrefixContext, Workers

SAMPLES = True


class Options(Settings):
    """How samples are drawn."""

    temperature: float = Field(
        1.0, gt=0, le=10, description="Temperature of sampling: the student's logits are divided by it."
    )
    top_k: int = Field(
        0, ge=0, le=10**6, description="Sample from this many most probable subwords; 0: from all, 1: greedy."
    )
    max_length_ratio: float = Field(
        1.5, gt=0, le=10, description="Length limit of a sample in subwords: this times the target's length, plus 5."
    )


def passes(options: Options) -> int:
    """One pass, after the sampling."""
    return 1


def pairs(context: PrefixContext, options: Options) -> Iterator[Batch]:
    """One sample per source."""
    yield samples(context.student, context.batch, options, context.workers)


def samples(student: TranslationModel, batch: Batch, options: Options, workers: Workers = SINGLE_PROCESS) -> Batch:
    """The batch's sources with a sample each; samples that reach the length limit have no end of sentence.

    Every process of ``workers`` draws the random numbers of all sentences, then samples its own rows.
    """
    import torch

    from seqkd.data.dataset import PAD
    from seqkd.decoding.rollout import Rollout
    from seqkd.decoding.sampling import TokenSampler

    limits = ((batch.target != PAD).sum(1) * options.max_length_ratio).long() + 5
    uniforms = torch.rand(len(limits), 1, int(limits.max()), dtype=torch.float64, device="cpu").to(limits.device)
    hypotheses: list[list[Hypothesis]] = []
    student.eval()
    with torch.no_grad():
        for rows in workers.slices(len(limits)):
            choose = TokenSampler(uniforms[rows], options.temperature, options.top_k)
            hypotheses += Rollout(student, batch.src[rows], limits[rows], 1, choose).run()
    student.train()
    return to_batch(batch.src, workers.all_gather_ids([ids_with_end(hypothesis) for (hypothesis,) in hypotheses]))


def ids_with_end(hypothesis: Hypothesis) -> list[int]:
    """The hypothesis's ids, with its end of sentence if it has one."""
    from seqkd.data.dataset import EOS

    return [*hypothesis.ids, *([EOS] if hypothesis.finished else [])]


def to_batch(src: torch.Tensor, samples: list[list[int]]) -> Batch:
    """Samples as prefixes and next tokens, padded after the end of sentence."""
    import numpy as np

    from seqkd.data.batching import Batch, pad
    from seqkd.data.dataset import BOS

    targets = [np.asarray(ids, dtype=np.int32) for ids in samples]
    prefixes = [ids[:-1] for ids in targets]
    return Batch(src, pad(prefixes, (BOS,), ()).to(src.device), pad(targets, (), ()).to(src.device))
