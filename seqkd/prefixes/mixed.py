"""Targets or the student's samples, chosen at random for whole batches (GKD) or for each sentence (ImitKD)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from seqkd.prefixes import student

if TYPE_CHECKING:
    import torch

    from seqkd.batches.batches import Batch
    from seqkd.prefixes import View

SAMPLES = True


class Options(student.Options):
    """How often which, and how the samples are drawn."""

    student_share: float = Field(
        0.5, gt=0, lt=1, description="Share of the student's samples; where it rises, at the training's end."
    )
    course: Literal["level", "rising"] = Field(
        "level",
        description="`rising`: from 0 on, as the share of targets falls exponentially to what `student_share` leaves.",
    )
    unit: Literal["batch", "sentence"] = Field("batch", description="What the choice is made for.")


def share(options: Options, progress: float) -> float:
    """Probability of a sample when so much of the training is done, 1 being all of it."""
    if options.course == "level":
        return options.student_share
    return float(1 - (1 - options.student_share) ** progress)


def passes(options: Options) -> int:
    """One pass, after the sampling."""
    return 1


def pairs(view: View, options: Options) -> Iterator[Batch]:
    """The batch with some or all targets replaced by samples."""
    import torch

    batch, wanted = view.batch, share(options, view.progress)
    draws = torch.rand(len(batch.src) if options.unit == "sentence" else 1, device="cpu")
    chosen = (draws < wanted).expand(len(batch.src))
    if not bool(chosen.any()):
        yield batch
        return
    rows = chosen.nonzero().flatten().to(batch.src.device)
    drawn = student.samples(view.student, rows_of(batch, rows), options, view.crew)
    yield drawn if bool(chosen.all()) else laid_in(batch, rows, drawn)


def rows_of(batch: Batch, rows: torch.Tensor) -> Batch:
    """Some rows of a batch."""
    from seqkd.batches.batches import Batch

    return Batch(batch.src[rows], batch.prefix[rows], batch.target[rows])


def laid_in(batch: Batch, rows: torch.Tensor, drawn: Batch) -> Batch:
    """The batch with these rows' prefixes and targets replaced; as wide as the wider of the two."""
    from seqkd.batches.batches import Batch
    from seqkd.batches.dataset import PAD

    width = max(batch.prefix.shape[1], drawn.prefix.shape[1])

    def joined(whole: torch.Tensor, part: torch.Tensor) -> torch.Tensor:
        found = whole.new_full((len(whole), width), PAD)
        found[:, : whole.shape[1]] = whole
        found[rows] = PAD
        found[rows, : part.shape[1]] = part
        return found

    return Batch(batch.src, joined(batch.prefix, drawn.prefix), joined(batch.target, drawn.target))
