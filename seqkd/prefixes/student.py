"""Samples from the student, drawn anew at every update with dropout switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.prefixes import ALONE
from seqkd.settings import Settings

if TYPE_CHECKING:
    import torch

    from seqkd.batches.batches import Batch
    from seqkd.decoding.search import Hypothesis
    from seqkd.models.interface import TranslationModel
    from seqkd.prefixes import Crew, View

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
    yield samples(view.student, view.batch, options, view.crew)


def samples(student: TranslationModel, batch: Batch, options: Options, crew: Crew = ALONE) -> Batch:
    """The batch's sources with a sample each; one without an end by ``longest`` keeps its tokens and gets none.

    Random numbers are drawn for all sentences by every process of ``crew``, which then samples its own.
    """
    import torch

    from seqkd.batches.dataset import PAD
    from seqkd.decoding.rollout import Rollout
    from seqkd.decoding.sampling import Drawing

    limits = ((batch.target != PAD).sum(1) * options.longest).long() + 5
    uniforms = torch.rand(len(limits), 1, int(limits.max()), dtype=torch.float64, device="cpu").to(limits.device)
    found: list[list[Hypothesis]] = []
    student.eval()
    with torch.no_grad():
        for own in crew.slices(len(limits)):
            choose = Drawing(uniforms[own], options.temperature, options.top_k)
            found += Rollout(student, batch.src[own], limits[own], 1, choose).run()
    student.train()
    return batch_of(batch.src, crew.sentences([ids_of(rows[0]) for rows in found]))


def ids_of(found: Hypothesis) -> list[int]:
    """A hypothesis with its end of sentence, where it has one."""
    from seqkd.batches.dataset import EOS

    return [*found.ids, *([EOS] if found.finished else [])]


def batch_of(src: torch.Tensor, found: list[list[int]]) -> Batch:
    """Samples as prefixes and next tokens; everything behind the end of sentence is padding."""
    import numpy as np

    from seqkd.batches.batches import Batch, pad
    from seqkd.batches.dataset import BOS

    targets = [np.asarray(ids, dtype=np.int32) for ids in found]
    prefixes = [ids[:-1] for ids in targets]
    return Batch(src, pad(prefixes, (BOS,), ()).to(src.device), pad(targets, (), ()).to(src.device))
