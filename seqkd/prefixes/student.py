"""Samples from the student, drawn anew at every update with dropout switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.settings import Settings

if TYPE_CHECKING:
    import torch

    from seqkd.batches.batches import Batch
    from seqkd.decoding.search import Hypothesis
    from seqkd.models.interface import TranslationModel
    from seqkd.prefixes import View

SAMPLES = True


class Options(Settings):
    """How they are drawn."""

    temperature: float = Field(
        1.0, gt=0, le=10, description="The student's logits are divided by it where it is sampled."
    )
    top_k: int = Field(
        0, ge=0, le=10**6, description="Only so many most probable pieces are drawn from; 0: from all, 1: greedy."
    )
    longest: float = Field(
        1.5, gt=0, le=10, description="Pieces of a sample at most: so many times the target's, plus 5."
    )


def passes(options: Options) -> int:
    """One pass, after the sampling."""
    return 1


def pairs(view: View, options: Options) -> Iterator[Batch]:
    """One sample a source."""
    yield samples(view.student, view.batch, options)


def samples(student: TranslationModel, batch: Batch, options: Options) -> Batch:
    """The batch's sources with a sample each; one without an end by ``longest`` keeps its tokens and gets none."""
    import torch

    from seqkd.batches.dataset import PAD
    from seqkd.decoding.sampling import Sampler

    limits = ((batch.target != PAD).sum(1) * options.longest).long() + 5
    uniforms = torch.rand(len(limits), 1, int(limits.max()), dtype=torch.float64)
    student.eval()
    with torch.no_grad():
        found = Sampler(student, batch.src, limits, uniforms, options.temperature, options.top_k).run()
    student.train()
    return batch_of(batch.src, [rows[0] for rows in found])


def batch_of(src: torch.Tensor, found: list[Hypothesis]) -> Batch:
    """Hypotheses as prefixes and next tokens; everything behind the end of sentence is padding."""
    import numpy as np

    from seqkd.batches.batches import Batch, pad
    from seqkd.batches.dataset import BOS, EOS

    targets = [np.asarray([*one.ids, *([EOS] if one.finished else [])], dtype=np.int32) for one in found]
    prefixes = [ids[:-1] for ids in targets]
    return Batch(src, pad(prefixes, (BOS,), ()), pad(targets, (), ()))
