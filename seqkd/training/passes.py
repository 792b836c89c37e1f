"""The passes of one update: for each prefix source its pairs, student and teacher on the same prefixes, and the loss.

Sources are encoded once, whatever the number of passes. Each pass adds its sum divided by its number of positions.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from seqkd.batches.batches import Batch
from seqkd.batches.dataset import PAD
from seqkd.losses.layers import SIDES, Seen, watched
from seqkd.losses.positions import TopK
from seqkd.models.interface import TranslationModel
from seqkd.prefixes import View
from seqkd.training.objective import Following, Objective, Reading, readings
from seqkd.training.projection import Known, Teacher, chunks, projected_loss


class Stored(Protocol):
    """A stored teacher, :class:`seqkd.teacher.reading.StoredTeacher`."""

    def top(self, sentences: npt.NDArray[np.int64]) -> TopK:
        """What it holds at the target positions of these sentences, one sentence after the other."""
        ...


class Passes:
    """What a loss, as written in a config, asks of student and teacher at every update.

    ``teacher`` may be None if no term needs it or a ``stored`` one stands in; ``smoothing`` is the label smoothing.
    """

    def __init__(
        self,
        loss: dict[str, dict[str, Any]],
        student: TranslationModel,
        teacher: TranslationModel | None,
        smoothing: float,
        stored: Stored | None = None,
    ) -> None:
        self.readings, self.student, self.teacher, self.smoothing = readings(loss), student, teacher, smoothing
        self.stored = stored
        self.compares_layers = any(reading.objective.layer_terms for reading in self.readings)

    def loss(self, batch: Batch, progress: float) -> Tensor:
        """The objective on a batch, a scalar to be differentiated.

        Args:
            progress: share of the training that is done with this update.
        """
        view = View(batch, self.student, progress)
        with watched(self.student, self.teacher) if self.compares_layers else nullcontext(Seen()) as seen:
            encoded = Encoded(self.student, self.teacher, batch.src)
            total = torch.zeros(())
            for reading in self.readings:
                for pair in reading.source.pairs(view, reading.options):
                    total = total + self._one(pair, reading, encoded, view)
                    if reading.objective.layer_terms:
                        total = total + between(pair, reading.objective, seen)
        return total

    @property
    def memory(self) -> dict[str, Tensor]:
        """What objectives keep from update to update, to be saved."""
        return {
            f"memory.{number}.{name}": kept
            for number, reading in enumerate(self.readings)
            for name, kept in reading.objective.memory.items()
        }

    def recall(self, saved: Mapping[str, Tensor]) -> None:
        """Take up what ``memory`` was when it was saved, among other tensors."""
        for number, reading in enumerate(self.readings):
            place = f"memory.{number}."
            own = {name.removeprefix(place): kept for name, kept in saved.items() if name.startswith(place)}
            reading.objective.memory = own

    def _one(self, pair: Batch, reading: Reading, encoded: "Encoded", view: View) -> Tensor:
        """The mean over the real positions of one pass; padding is dropped before the projection."""
        real = pair.target != PAD
        target, objective = pair.target[real], reading.objective
        hidden = self.student.decode(encoded.student, pair.prefix)[real]
        known = self._known(pair, real, encoded) if objective.needs_teacher else None
        if not objective.terms:
            return torch.zeros(())
        weight = self.student.output_weight
        facts = objective.survey(Look(Teacher(hidden.detach(), self.student.logits), target))
        sentence = real.nonzero()[:, 0] if objective.whole_sentences else None
        loss = projected_loss(hidden, weight, target, known, objective, self.smoothing, facts, sentence)
        if isinstance(objective, Following):
            view.choices = objective.choices(real)
        return loss / len(target)

    def _known(self, pair: Batch, real: Tensor, encoded: "Encoded") -> Known:
        """The teacher at the real positions of a pass."""
        if self.stored is None:
            return encoded.teacher_at(pair.prefix, real)
        assert pair.sentences is not None, "a stored teacher knows the targets of its dataset alone"
        return self.stored.top(pair.sentences)


def between(pair: Batch, objective: Objective, seen: Seen) -> Tensor:
    """The terms that compare layers, each side's mean over its real positions."""
    total = torch.zeros(())
    for side, ids in zip(SIDES, (pair.src, pair.target), strict=True):
        real = ids != PAD
        total = total + objective.between(seen.at(side, real)) / int(real.sum())
    return total


class Look:
    """All positions of a pass before its loss; see :class:`seqkd.losses.positions.Scores`."""

    memory: Tensor

    def __init__(self, student: Teacher, target: Tensor) -> None:
        self._student, self._target = student, target

    @cached_property
    def student(self) -> Tensor:
        """See Scores."""
        parts = chunks(len(self._target))
        return torch.cat(
            [self._student.logits(part).log_softmax(-1).gather(1, self._target[part, None])[:, 0] for part in parts]
        )


class Encoded:
    """The encoder's output of student and teacher, the teacher's made when it is first needed, without gradient."""

    def __init__(self, student: TranslationModel, teacher: TranslationModel | None, src: Tensor) -> None:
        self.student, self._teacher, self._src = student.encode(src), teacher, src

    @cached_property
    def _known(self) -> Any:
        assert self._teacher is not None, "this objective needs a teacher"
        return self._teacher.encode(self._src)

    def teacher_at(self, prefix: Tensor, real: Tensor) -> Teacher:
        """The teacher after these prefixes [B, T], at the real positions."""
        assert self._teacher is not None, "this objective needs a teacher"
        with torch.no_grad():
            return Teacher(self._teacher.decode(self._known, prefix)[real], self._teacher.logits)
