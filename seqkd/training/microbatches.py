"""The gradient of one update, in as many microbatches as memory requires.

Out of memory, the update is repeated with the batch cut into twice as many microbatches, and so are all later batches.
Microbatches are divided by the number of positions of the whole batch and use its random numbers, so the sum of their
gradients is that of the whole batch up to rounding.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch

from seqkd.data.batch_slice import BatchSlice
from seqkd.data.batching import Batch
from seqkd.decoding.generate import free_gpu_memory
from seqkd.losses.layer_outputs import LayerOutputs
from seqkd.models.dropout import drawn_for
from seqkd.prefixes import PrefixContext
from seqkd.training.objective import Objective
from seqkd.training.train_step import Pass, TrainStep, layer_loss
from seqkd.utils.errors import UserError

log = logging.getLogger(__name__)


def backward(train_step: TrainStep, batch: Batch, progress: float, seed: int) -> float:
    """Add the gradient of this process's share of a batch to that of the student's weights; returns the loss.

    Args:
        progress: fraction of the training done after this update.
        seed: seed of all randomness in the update.

    Raises:
        UserError: out of memory with a single sentence.
    """
    train_step.processes.begin()
    objective_state = train_step.objective_state
    while True:
        torch.manual_seed(seed)
        train_step.student.train()
        try:
            compute = _whole_batch if train_step.processes.microbatches == 1 else _in_microbatches
            return compute(train_step, batch, progress)
        except torch.OutOfMemoryError:
            pass  # recover outside this block: the traceback keeps the tensors alive
        _halve_microbatches(train_step, batch)
        train_step.load_objective_state(objective_state)


def _whole_batch(train_step: TrainStep, batch: Batch, progress: float) -> float:
    loss = train_step.loss(batch, progress)
    loss.backward()
    return loss.item()


def _in_microbatches(train_step: TrainStep, batch: Batch, progress: float) -> float:
    microbatches = train_step.processes.share(len(batch.src)).cut(train_step.processes.microbatches)
    encoder_rng = RngState(train_step.student.device)
    with torch.no_grad(), drawn_for(microbatches[0]):
        train_step.encode(batch, microbatches[0])  # only to advance the random state before the prefix sources draw
    context = PrefixContext(batch, train_step.student, progress, workers=train_step.processes)
    total = 0.0
    with train_step.recording_layers() as layer_outputs:
        for group in context.each(train_step.prefix_groups):
            for prefixes in group.source.pairs(context, group.options):
                rng = encoder_rng, RngState(train_step.student.device)
                total += _backward_pass(
                    _Microbatches(train_step, batch, prefixes, microbatches, group.objective, layer_outputs, *rng)
                )
                train_step.record_argmax(prefixes, group.objective, context)
    return total


def _backward_pass(microbatches: "_Microbatches") -> float:
    """Backward of one pass, one microbatch at a time; returns the loss."""
    train_step, objective, total = microbatches.train_step, microbatches.objective, 0.0
    with torch.no_grad():
        precomputed = train_step.precompute(objective, microbatches)
    for microbatch in microbatches:
        loss = train_step.normalised_loss(microbatch, objective, precomputed, microbatches.batch)
        if objective.layer_terms:
            loss = loss + layer_loss(microbatch, objective)
        loss.backward()
        total += loss.item()
    return total


@dataclass(frozen=True)
class _Microbatches(Iterable[Pass]):
    """One pass as microbatches, computed again on every iteration, including the encoding of the sources."""

    train_step: TrainStep
    batch: Batch
    prefixes: Batch
    rows: list[BatchSlice]
    objective: Objective
    layer_outputs: LayerOutputs
    encoder_rng: "RngState"
    decoder_rng: "RngState"

    def __iter__(self) -> Iterator[Pass]:
        for rows in self.rows:
            with drawn_for(rows):
                self.encoder_rng.restore()
                encoded = self.train_step.encode(self.batch, rows)
                self.decoder_rng.restore()
                microbatch = self.train_step.forward(self.prefixes, rows, self.objective, encoded, self.layer_outputs)
            yield microbatch


class RngState:
    """State of the random generators of the CPU and of the GPU in use."""

    def __init__(self, device: torch.device) -> None:
        self.device, self.state = device, torch.get_rng_state()
        self.gpu_state = torch.cuda.get_rng_state(device) if device.type == "cuda" else None

    def restore(self) -> None:
        """Reset the generators to this state."""
        torch.set_rng_state(self.state)
        if self.gpu_state is not None:
            torch.cuda.set_rng_state(self.gpu_state, self.device)


def _halve_microbatches(train_step: TrainStep, batch: Batch) -> None:
    """Undo what the failed attempt has added, and cut batches into twice as many microbatches."""
    rows, processes = train_step.processes.share(len(batch.src)), train_step.processes
    if processes.microbatches >= rows.stop - rows.start:
        raise UserError(
            "Out of memory with a single sentence at a time. Give the job more memory, a GPU with more memory, or set "
            "`device: cpu` in the profile."
        )
    processes.microbatches *= 2
    log.warning(
        "out of memory: each batch is now computed in %d microbatches, with the same result", processes.microbatches
    )
    for parameter in train_step.student.parameters():
        if parameter.grad is not None:
            parameter.grad.zero_()
    for group in train_step.prefix_groups:
        group.objective.reset()
    processes.replay()
    free_gpu_memory()
