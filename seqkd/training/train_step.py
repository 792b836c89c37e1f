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

from seqkd.data.batch_slice import BatchSlice
from seqkd.data.batching import Batch
from seqkd.data.dataset import PAD
from seqkd.losses.layer_outputs import SIDES, LayerOutputs, record_layer_outputs
from seqkd.losses.token_batch import TopK
from seqkd.models.base import TranslationModel
from seqkd.models.dropout import drawn_for
from seqkd.prefixes import PrefixContext
from seqkd.training.distributed import ProcessGroup
from seqkd.training.fused_loss import LOGITS_CHUNK, LOSS_CHUNK, OnlineTeacher, TeacherOutputs, chunks, fused_linear_loss
from seqkd.training.objective import ArgmaxObjective, Objective, prefix_groups


class Stored(Protocol):
    """A stored teacher, :class:`seqkd.distillation.teacher_topk.StoredTeacher`."""

    def top(self, sentences: npt.NDArray[np.int64]) -> TopK:
        """The stored distributions at the target positions of these sentences, one sentence after the other."""
        ...


@dataclass(frozen=True)
class Pass:
    """One forward pass on some rows, before its loss: N positions, padding dropped before the projection.

    Attributes:
        batch: prefixes and next tokens of the whole batch.
        hidden: the student's hidden states [N, d].
        target: the tokens to predict, int64 [N].
        teacher: the teacher at the same positions, if the objective needs one.
        layer_outputs: outputs of the layers, if they are recorded.
    """

    batch: Batch
    rows: BatchSlice
    hidden: Tensor
    target: Tensor
    teacher: TeacherOutputs | None
    layer_outputs: LayerOutputs


class TrainStep:
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
        processes: ProcessGroup | None = None,
    ) -> None:
        self.prefix_groups, self.student, self.teacher, self.smoothing = (
            prefix_groups(loss),
            student,
            teacher,
            smoothing,
        )
        self.stored, self.processes = stored, processes or ProcessGroup()
        self.compares_layers = any(group.objective.layer_terms for group in self.prefix_groups)

    def loss(self, batch: Batch, progress: float) -> Tensor:
        """This process's share of the objective on a batch, a differentiable scalar.

        Args:
            progress: fraction of the training done after this update.
        """
        rows = self.processes.share(len(batch.src))
        context = PrefixContext(batch, self.student, progress, workers=self.processes)
        with self.recording_layers() as layer_outputs, drawn_for(rows):
            encoded = self.encode(batch, rows)
            total = torch.zeros((), device=batch.src.device)
            for group in context.each(self.prefix_groups):
                for prefixes in group.source.pairs(context, group.options):
                    forward = self.forward(prefixes, rows, group.objective, encoded, layer_outputs)
                    precomputed = self.precompute(group.objective, [forward])
                    total = total + self.normalised_loss(forward, group.objective, precomputed, batch)
                    self.record_argmax(prefixes, group.objective, context)
                    if group.objective.layer_terms:
                        total = total + layer_loss(forward, group.objective)
        return total

    @property
    def objective_state(self) -> dict[str, Tensor]:
        """Tensors that objectives keep from update to update, by the name under which they are saved."""
        return {
            f"objective.{number}.{name}": tensor
            for number, group in enumerate(self.prefix_groups)
            for name, tensor in group.objective.state.items()
        }

    def load_objective_state(self, saved: Mapping[str, Tensor]) -> None:
        """Restore ``objective_state`` from saved tensors, which may include others."""
        for number, group in enumerate(self.prefix_groups):
            prefix = f"objective.{number}."
            group.objective.state = {
                name.removeprefix(prefix): tensor for name, tensor in saved.items() if name.startswith(prefix)
            }

    def recording_layers(self) -> AbstractContextManager[LayerOutputs]:
        """Within the block, layer outputs are recorded if a term compares them."""
        return record_layer_outputs(self.student, self.teacher) if self.compares_layers else nullcontext(LayerOutputs())

    def encode(self, batch: Batch, rows: BatchSlice) -> "EncodedSources":
        """The encoder outputs of these rows."""
        return EncodedSources(self.student, self.teacher, rows.of(batch.src))

    def forward(
        self,
        prefixes: Batch,
        rows: BatchSlice,
        objective: Objective,
        encoded: "EncodedSources",
        layer_outputs: LayerOutputs,
    ) -> Pass:
        """Student and, if needed, teacher at the real positions of these rows."""
        local = rows.of_batch(prefixes)
        real = local.target != PAD
        hidden = self.student.decode(encoded.student, local.prefix)[real]
        teacher = self._teacher_at(local, real, encoded) if objective.needs_teacher else None
        return Pass(prefixes, rows, hidden, local.target[real], teacher, layer_outputs)

    def precompute(self, objective: Objective, microbatches: Iterable[Pass]) -> dict[str, Tensor]:
        """Values per position that depend on the whole batch, [N] each, by the name of the term that needs them.

        Args:
            microbatches: the pass on this process's rows; may be iterated more than once.
        """
        return objective.precompute(PassLogProbs(self, microbatches)) if objective.precomputes else {}

    def normalised_loss(
        self, forward: Pass, objective: Objective, precomputed: dict[str, Tensor], batch: Batch
    ) -> Tensor:
        """The sum over a pass divided by the positions of all rows of the pass; 0 for a row that is not counted.

        Objectives on whole sentences are divided by the positions of ``batch``, the targets, since the halves of a sum
        over sentences need the same divisor.
        """
        if not objective.terms:
            return forward.hidden.new_zeros((), dtype=torch.float32)
        rows, hidden, target = forward.rows, forward.hidden, forward.target
        real = forward.batch.target != PAD
        if precomputed and not rows.all:
            start = int(real[: rows.start].sum())
            precomputed = {name: values[start : start + len(target)] for name, values in precomputed.items()}
        sentence = rows.of(real).nonzero()[:, 0] if objective.whole_sentences else None
        weight = self.student.output_weight
        loss = fused_linear_loss(
            hidden, weight, target, forward.teacher, objective, self.smoothing, precomputed, sentence
        )
        divisor = int((batch.target != PAD).sum() if objective.whole_sentences else real.sum())
        return loss / divisor if rows.contributes else loss * 0

    def record_argmax(self, prefixes: Batch, objective: Objective, context: PrefixContext) -> None:
        """Pass the student's argmax on the whole batch to a prefix source that continues from it."""
        if isinstance(objective, ArgmaxObjective) and objective.terms:
            rows = self.processes.share(len(prefixes.src))
            argmax = objective.previous_argmax(rows.of(prefixes.target) != PAD)
            context.previous_argmax = self.processes.all_gather(argmax if rows.contributes else argmax[:0])

    def _teacher_at(self, local: Batch, real: Tensor, encoded: "EncodedSources") -> TeacherOutputs:
        """The teacher at the real positions of a pass."""
        if self.stored is None:
            return encoded.teacher_at(local.prefix, real)
        assert local.sentences is not None, "a stored teacher only knows the targets of its dataset"
        return self.stored.top(local.sentences).to(real.device)


def layer_loss(forward: Pass, objective: Objective) -> Tensor:
    """The terms that compare layers: each side's sum over its real positions divided by those of the whole batch."""
    total = forward.hidden.new_zeros((), dtype=torch.float32)
    for side, ids in zip(SIDES, (forward.batch.src, forward.batch.target), strict=True):
        real = ids != PAD
        total = total + objective.layer_loss(forward.layer_outputs.at(side, forward.rows.of(real))) / int(real.sum())
    return total if forward.rows.contributes else total * 0


class PassLogProbs:
    """All positions of a pass before its loss; see :class:`seqkd.losses.token_batch.BatchLogProbs`."""

    state: Tensor

    def __init__(self, train_step: TrainStep, microbatches: Iterable[Pass]) -> None:
        self._train_step, self._microbatches = train_step, microbatches

    @cached_property
    def log_q_target(self) -> Tensor:
        """See BatchLogProbs."""
        log_probs = [self._log_probs(each)[: len(each.target) * each.rows.contributes] for each in self._microbatches]
        return self._train_step.processes.all_gather(torch.cat(log_probs))

    def _log_probs(self, forward: Pass) -> Tensor:
        """Log-probabilities of the targets, float32 [N]."""
        log_probs = []
        for chunk in chunks(len(forward.target), LOGITS_CHUNK):
            with torch.no_grad():
                logits, target = self._train_step.student.logits(forward.hidden[chunk]), forward.target[chunk, None]
            for piece in chunks(len(logits), LOSS_CHUNK):
                log_probs.append(logits[piece].float().log_softmax(-1).gather(1, target[piece])[:, 0])
        return torch.cat(log_probs)


class EncodedSources:
    """Encoder outputs of student and teacher; the teacher's are computed on first use, without gradient."""

    def __init__(self, student: TranslationModel, teacher: TranslationModel | None, src: Tensor) -> None:
        self.student, self._teacher, self._src = student.encode(src), teacher, src

    @cached_property
    def _teacher_encoded(self) -> Any:
        assert self._teacher is not None, "this objective needs a teacher"
        return self._teacher.encode(self._src)

    def teacher_at(self, prefix: Tensor, real: Tensor) -> OnlineTeacher:
        """The teacher on these prefixes [B, T], at the real positions."""
        assert self._teacher is not None, "this objective needs a teacher"
        with torch.no_grad():
            return OnlineTeacher(self._teacher.decode(self._teacher_encoded, prefix)[real], self._teacher.logits)
