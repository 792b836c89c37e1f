"""The passes of one update: student and teacher on the same prefixes of each prefix source, and the loss.

Source sentences are encoded once per update. Each pass adds its sum divided by its number of positions. If a batch is
split, over processes or into microbatches, a pass covers some of its rows and is divided by the number of positions of
all rows.
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
    """A stored teacher, :class:`seqkd.distillation.teacher_topk.StoredTeacher`."""

    def top(self, sentences: npt.NDArray[np.int64]) -> TopK:
        """The stored distributions at the target positions of these sentences, one sentence after the other."""
        ...


@dataclass(frozen=True)
class Pass:
    """One forward pass on some rows, before its loss: N positions, padding dropped before the projection.

    Attributes:
        pair: prefixes and next tokens of the whole batch.
        hidden: the student's hidden states [N, d].
        target: the tokens to predict, int64 [N].
        known: the teacher at the same positions, if the objective needs one.
        seen: outputs of the layers, if they are recorded.
    """

    pair: Batch
    rows: Rows
    hidden: Tensor
    target: Tensor
    known: Known | None
    seen: Seen


class Passes:
    """The forward passes that the ``loss`` of a config needs at every update.

    ``teacher`` may be None if no term needs one or a ``stored`` one is given; ``smoothing`` is the label smoothing.
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
        """This process's share of the objective on a batch, a differentiable scalar.

        Args:
            progress: fraction of the training done after this update.
        """
        rows = self.processes.share(len(batch.src))
        view = View(batch, self.student, progress, crew=self.processes)
        with self.watching() as seen, drawn_for(rows):
            encoded = self.encoded(batch, rows)
            total = torch.zeros((), device=batch.src.device)
            for reading in view.each(self.readings):
                for pair in reading.source.pairs(view, reading.options):
                    forward = self.read(pair, rows, reading.objective, encoded, seen)
                    facts = self.survey(reading.objective, [forward])
                    total = total + self.mean(forward, reading.objective, facts, batch)
                    self.follow(pair, reading.objective, view)
                    if reading.objective.layer_terms:
                        total = total + between(forward, reading.objective)
        return total

    @property
    def memory(self) -> dict[str, Tensor]:
        """Tensors that objectives keep from update to update, by the name under which they are saved."""
        return {
            f"memory.{number}.{name}": tensor
            for number, reading in enumerate(self.readings)
            for name, tensor in reading.objective.memory.items()
        }

    def recall(self, saved: Mapping[str, Tensor]) -> None:
        """Restore ``memory`` from saved tensors, which may include others."""
        for number, reading in enumerate(self.readings):
            prefix = f"memory.{number}."
            reading.objective.memory = {
                name.removeprefix(prefix): tensor for name, tensor in saved.items() if name.startswith(prefix)
            }

    def watching(self) -> AbstractContextManager[Seen]:
        """Within the block, layer outputs are recorded if a term compares them."""
        return watched(self.student, self.teacher) if self.compares_layers else nullcontext(Seen())

    def encoded(self, batch: Batch, rows: Rows) -> "Encoded":
        """The encoder outputs of these rows."""
        return Encoded(self.student, self.teacher, rows.of(batch.src))

    def read(self, pair: Batch, rows: Rows, objective: Objective, encoded: "Encoded", seen: Seen) -> Pass:
        """Student and, if needed, teacher at the real positions of these rows."""
        local = rows.of_batch(pair)
        real = local.target != PAD
        hidden = self.student.decode(encoded.student, local.prefix)[real]
        teacher = self._teacher_at(local, real, encoded) if objective.needs_teacher else None
        return Pass(pair, rows, hidden, local.target[real], teacher, seen)

    def survey(self, objective: Objective, microbatches: Iterable[Pass]) -> dict[str, Tensor]:
        """Values per position that depend on the whole batch, [N] each, by the name of the term that needs them.

        Args:
            microbatches: the pass on this process's rows; may be iterated more than once.
        """
        return objective.survey(Look(self, microbatches)) if objective.surveys else {}

    def mean(self, forward: Pass, objective: Objective, facts: dict[str, Tensor], batch: Batch) -> Tensor:
        """The sum over a pass divided by the positions of all rows of the pass; 0 for a row that is not counted.

        Objectives on whole sentences are divided by the positions of ``batch``, the targets, since the halves of a sum
        over sentences need the same divisor.
        """
        if not objective.terms:
            return forward.hidden.new_zeros((), dtype=torch.float32)
        rows, hidden, target = forward.rows, forward.hidden, forward.target
        real = forward.pair.target != PAD
        if facts and not rows.all:
            start = int(real[: rows.first].sum())
            facts = {name: fact[start : start + len(target)] for name, fact in facts.items()}
        sentence = rows.of(real).nonzero()[:, 0] if objective.whole_sentences else None
        weight = self.student.output_weight
        loss = projected_loss(hidden, weight, target, forward.known, objective, self.smoothing, facts, sentence)
        divisor = int((batch.target != PAD).sum() if objective.whole_sentences else real.sum())
        return loss / divisor if rows.counted else loss * 0

    def follow(self, pair: Batch, objective: Objective, view: View) -> None:
        """Pass the student's argmax on the whole batch to a prefix source that continues from it."""
        if isinstance(objective, Following) and objective.terms:
            rows = self.processes.share(len(pair.src))
            choices = objective.choices(rows.of(pair.target) != PAD)
            view.choices = self.processes.gather(choices if rows.counted else choices[:0])

    def _teacher_at(self, local: Batch, real: Tensor, encoded: "Encoded") -> Known:
        """The teacher at the real positions of a pass."""
        if self.stored is None:
            return encoded.teacher_at(local.prefix, real)
        assert local.sentences is not None, "a stored teacher only knows the targets of its dataset"
        return self.stored.top(local.sentences).to(real.device)


def between(forward: Pass, objective: Objective) -> Tensor:
    """The terms that compare layers: each side's sum over its real positions divided by those of the whole batch."""
    total = forward.hidden.new_zeros((), dtype=torch.float32)
    for side, ids in zip(SIDES, (forward.pair.src, forward.pair.target), strict=True):
        real = ids != PAD
        total = total + objective.between(forward.seen.at(side, forward.rows.of(real))) / int(real.sum())
    return total if forward.rows.counted else total * 0


class Look:
    """All positions of a pass before its loss; see :class:`seqkd.losses.positions.Scores`."""

    memory: Tensor

    def __init__(self, passes: Passes, microbatches: Iterable[Pass]) -> None:
        self._passes, self._microbatches = passes, microbatches

    @cached_property
    def student(self) -> Tensor:
        """See Scores."""
        log_probs = [self._log_probs(each)[: len(each.target) * each.rows.counted] for each in self._microbatches]
        return self._passes.processes.gather(torch.cat(log_probs))

    def _log_probs(self, forward: Pass) -> Tensor:
        """Log-probabilities of the targets, float32 [N]."""
        log_probs = []
        for chunk in chunks(len(forward.target), CHUNK):
            with torch.no_grad():
                logits, target = self._passes.student.logits(forward.hidden[chunk]), forward.target[chunk, None]
            for piece in chunks(len(logits), PIECE):
                log_probs.append(logits[piece].float().log_softmax(-1).gather(1, target[piece])[:, 0])
        return torch.cat(log_probs)


class Encoded:
    """Encoder outputs of student and teacher; the teacher's are computed on first use, without gradient."""

    def __init__(self, student: TranslationModel, teacher: TranslationModel | None, src: Tensor) -> None:
        self.student, self._teacher, self._src = student.encode(src), teacher, src

    @cached_property
    def _teacher_encoded(self) -> Any:
        assert self._teacher is not None, "this objective needs a teacher"
        return self._teacher.encode(self._src)

    def teacher_at(self, prefix: Tensor, real: Tensor) -> Teacher:
        """The teacher on these prefixes [B, T], at the real positions."""
        assert self._teacher is not None, "this objective needs a teacher"
        with torch.no_grad():
            return Teacher(self._teacher.decode(self._teacher_encoded, prefix)[real], self._teacher.logits)
