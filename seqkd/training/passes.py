"""The passes of one update: for each prefix source its pairs, student and teacher on the same prefixes, and the loss.

Sources are encoded once, whatever the number of passes. Each pass adds its sum divided by its number of positions.
Where a batch is divided, over processes or into parts, a pass is made on some of its rows and divided by the number of
positions of all of them.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from seqkd.batches.batches import Batch
from seqkd.batches.dataset import PAD
from seqkd.batches.rows import Rows
from seqkd.losses.layers import SIDES, Seen, watched
from seqkd.losses.positions import TopK
from seqkd.models.dropout import drawn_for
from seqkd.models.interface import TranslationModel
from seqkd.prefixes import View
from seqkd.training.objective import Following, Objective, readings
from seqkd.training.processes import Processes
from seqkd.training.projection import CHUNK, PIECE, Known, Teacher, chunks, projected_loss


class Stored(Protocol):
    """A stored teacher, :class:`seqkd.teacher.reading.StoredTeacher`."""

    def top(self, sentences: npt.NDArray[np.int64]) -> TopK:
        """What it holds at the target positions of these sentences, one sentence after the other."""
        ...


@dataclass(frozen=True)
class Pass:
    """One pass on some rows, before its loss: N positions, padding dropped before the projection.

    Attributes:
        pair: the whole batch's prefixes and next tokens.
        hidden: the student's hidden states [N, width].
        target: the tokens to predict, int64 [N].
        known: the teacher at the same positions, if the objective needs one.
        seen: what the layers gave, where they are watched.
    """

    pair: Batch
    rows: Rows
    hidden: Tensor
    target: Tensor
    known: Known | None
    seen: Seen


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
        processes: Processes | None = None,
    ) -> None:
        self.readings, self.student, self.teacher, self.smoothing = readings(loss), student, teacher, smoothing
        self.stored, self.processes = stored, processes or Processes()
        self.compares_layers = any(reading.objective.layer_terms for reading in self.readings)

    def loss(self, batch: Batch, progress: float) -> Tensor:
        """The objective on a batch, a scalar to be differentiated: this process's share of it.

        Args:
            progress: share of the training that is done with this update.
        """
        rows = self.processes.share(len(batch.src))
        view = View(batch, self.student, progress, crew=self.processes)
        with self.watching() as seen, drawn_for(rows):
            encoded = self.encoded(batch, rows)
            total = torch.zeros((), device=batch.src.device)
            for reading in view.each(self.readings):
                for pair in reading.source.pairs(view, reading.options):
                    one = self.read(pair, rows, reading.objective, encoded, seen)
                    total = total + self.mean(one, reading.objective, self.survey(reading.objective, [one]), batch)
                    self.follow(pair, reading.objective, view)
                    if reading.objective.layer_terms:
                        total = total + between(one, reading.objective)
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

    def watching(self) -> AbstractContextManager[Seen]:
        """Within the block, what the layers give is kept if a term compares them."""
        return watched(self.student, self.teacher) if self.compares_layers else nullcontext(Seen())

    def encoded(self, batch: Batch, rows: Rows) -> "Encoded":
        """The sources of these rows."""
        return Encoded(self.student, self.teacher, rows.of(batch.src))

    def read(self, pair: Batch, rows: Rows, objective: Objective, encoded: "Encoded", seen: Seen) -> Pass:
        """Student and, if it is needed, teacher at the real positions of these rows."""
        own = rows.of_batch(pair)
        real = own.target != PAD
        hidden = self.student.decode(encoded.student, own.prefix)[real]
        known = self._known(own, real, encoded) if objective.needs_teacher else None
        return Pass(pair, rows, hidden, own.target[real], known, seen)

    def survey(self, objective: Objective, made: Iterable[Pass]) -> dict[str, Tensor]:
        """What terms must know of the whole batch before they see a part of it, [N] each by name; ``made`` is the pass
        on this process's rows, which may be gone through more than once."""
        return objective.survey(Look(self, made)) if objective.surveys else {}

    def mean(self, one: Pass, objective: Objective, facts: dict[str, Tensor], batch: Batch) -> Tensor:
        """The sum over a pass divided by the positions of all rows of the pass, or of ``batch``, the targets, for an
        objective on whole sentences: the halves of a sum over sentences need one divisor. Nothing of a row that is not
        counted."""
        if not objective.terms:
            return one.hidden.new_zeros((), dtype=torch.float32)
        real = one.pair.target != PAD
        if facts and not one.rows.all:
            first = int(real[: one.rows.first].sum())
            facts = {name: fact[first : first + len(one.target)] for name, fact in facts.items()}
        sentence = one.rows.of(real).nonzero()[:, 0] if objective.whole_sentences else None
        weight = self.student.output_weight
        loss = projected_loss(one.hidden, weight, one.target, one.known, objective, self.smoothing, facts, sentence)
        divisor = int((batch.target != PAD).sum() if objective.whole_sentences else real.sum())
        return loss / divisor if one.rows.counted else loss * 0

    def follow(self, pair: Batch, objective: Objective, view: View) -> None:
        """Keep the student's first choices where a source goes on from them: those of the whole batch."""
        if isinstance(objective, Following) and objective.terms:
            rows = self.processes.share(len(pair.src))
            own = objective.choices(rows.of(pair.target) != PAD)
            view.choices = self.processes.gather(own if rows.counted else own[:0])

    def _known(self, own: Batch, real: Tensor, encoded: "Encoded") -> Known:
        """The teacher at the real positions of a pass."""
        if self.stored is None:
            return encoded.teacher_at(own.prefix, real)
        assert own.sentences is not None, "a stored teacher knows the targets of its dataset alone"
        return self.stored.top(own.sentences).to(real.device)


def between(one: Pass, objective: Objective) -> Tensor:
    """The terms that compare layers: each side's sum over its real positions divided by those of the whole batch."""
    total = one.hidden.new_zeros((), dtype=torch.float32)
    for side, ids in zip(SIDES, (one.pair.src, one.pair.target), strict=True):
        real = ids != PAD
        total = total + objective.between(one.seen.at(side, one.rows.of(real))) / int(real.sum())
    return total if one.rows.counted else total * 0


class Look:
    """All positions of a pass before its loss; see :class:`seqkd.losses.positions.Scores`."""

    memory: Tensor

    def __init__(self, passes: Passes, made: Iterable[Pass]) -> None:
        self._passes, self._made = passes, made

    @cached_property
    def student(self) -> Tensor:
        """See Scores."""
        found = [self._log_probs(one)[: len(one.target) * one.rows.counted] for one in self._made]
        return self._passes.processes.gather(torch.cat(found))

    def _log_probs(self, one: Pass) -> Tensor:
        """Of the tokens to predict, float32 [N]."""
        found = []
        for part in chunks(len(one.target), CHUNK):
            with torch.no_grad():
                logits, target = self._passes.student.logits(one.hidden[part]), one.target[part, None]
            for piece in chunks(len(logits), PIECE):
                found.append(logits[piece].float().log_softmax(-1).gather(1, target[piece])[:, 0])
        return torch.cat(found)


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
