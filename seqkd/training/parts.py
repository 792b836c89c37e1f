"""The gradient of one update, in as many microbatches as memory requires.

Out of memory, the update is repeated with the batch cut into twice as many microbatches, and so are all later batches.
Microbatches are divided by the number of positions of the whole batch and use its random numbers, so the sum of their
gradients is that of the whole batch up to rounding.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch

from seqkd.batches.batches import Batch
from seqkd.batches.rows import Rows
from seqkd.decoding.engine import release
from seqkd.errors import UserError
from seqkd.losses.layers import Seen
from seqkd.models.dropout import drawn_for
from seqkd.prefixes import View
from seqkd.training.objective import Objective
from seqkd.training.passes import Pass, Passes, between

log = logging.getLogger(__name__)


def backward(passes: Passes, batch: Batch, progress: float, seed: int) -> float:
    """Add the gradient of this process's share of a batch to that of the student's weights; returns the loss.

    Args:
        progress: fraction of the training done after this update.
        seed: seed of all randomness in the update.

    Raises:
        UserError: out of memory with a single sentence.
    """
    passes.processes.begin()
    memory = passes.memory
    while True:
        torch.manual_seed(seed)
        passes.student.train()
        try:
            compute = _at_once if passes.processes.parts == 1 else _in_microbatches
            return compute(passes, batch, progress)
        except torch.OutOfMemoryError:
            pass  # recover outside this block: the traceback keeps the tensors alive
        _halve_microbatches(passes, batch)
        passes.recall(memory)


def _at_once(passes: Passes, batch: Batch, progress: float) -> float:
    loss = passes.loss(batch, progress)
    loss.backward()
    return loss.item()


def _in_microbatches(passes: Passes, batch: Batch, progress: float) -> float:
    microbatches = passes.processes.share(len(batch.src)).cut(passes.processes.parts)
    encoder_rng = Noise(passes.student.device)
    with torch.no_grad(), drawn_for(microbatches[0]):
        passes.encoded(batch, microbatches[0])  # only to advance the random state before the prefix sources draw
    view = View(batch, passes.student, progress, crew=passes.processes)
    total = 0.0
    with passes.watching() as seen:
        for reading in view.each(passes.readings):
            for pair in reading.source.pairs(view, reading.options):
                rng = encoder_rng, Noise(passes.student.device)
                total += _backward_pass(_Microbatches(passes, batch, pair, microbatches, reading.objective, seen, *rng))
                passes.follow(pair, reading.objective, view)
    return total


def _backward_pass(microbatches: "_Microbatches") -> float:
    """Backward of one pass, one microbatch at a time; returns the loss."""
    passes, objective, total = microbatches.passes, microbatches.objective, 0.0
    with torch.no_grad():
        facts = passes.survey(objective, microbatches)
    for microbatch in microbatches:
        loss = passes.mean(microbatch, objective, facts, microbatches.batch)
        if objective.layer_terms:
            loss = loss + between(microbatch, objective)
        loss.backward()
        total += loss.item()
    return total


@dataclass(frozen=True)
class _Microbatches(Iterable[Pass]):
    """One pass as microbatches, computed again on every iteration, including the encoding of the sources."""

    passes: Passes
    batch: Batch
    pair: Batch
    rows: list[Rows]
    objective: Objective
    seen: Seen
    encoder_rng: "Noise"
    decoder_rng: "Noise"

    def __iter__(self) -> Iterator[Pass]:
        for rows in self.rows:
            with drawn_for(rows):
                self.encoder_rng.restore()
                encoded = self.passes.encoded(self.batch, rows)
                self.decoder_rng.restore()
                microbatch = self.passes.read(self.pair, rows, self.objective, encoded, self.seen)
            yield microbatch


class Noise:
    """State of the random generators of the CPU and of the GPU in use."""

    def __init__(self, device: torch.device) -> None:
        self.device, self.state = device, torch.get_rng_state()
        self.gpu_state = torch.cuda.get_rng_state(device) if device.type == "cuda" else None

    def restore(self) -> None:
        """Reset the generators to this state."""
        torch.set_rng_state(self.state)
        if self.gpu_state is not None:
            torch.cuda.set_rng_state(self.gpu_state, self.device)


def _halve_microbatches(passes: Passes, batch: Batch) -> None:
    """Undo what the failed attempt has added, and cut batches into twice as many microbatches."""
    rows, processes = passes.processes.share(len(batch.src)), passes.processes
    if processes.parts >= rows.last - rows.first:
        raise UserError(
            "Out of memory with a single sentence at a time. Give the job more memory, a GPU with more memory, or set "
            "`device: cpu` in the profile."
        )
    processes.parts *= 2
    log.warning("out of memory: each batch is now computed in %d microbatches, with the same result", processes.parts)
    for parameter in passes.student.parameters():
        if parameter.grad is not None:
            parameter.grad.zero_()
    for reading in passes.readings:
        reading.objective.forget()
    processes.again()
    release()
