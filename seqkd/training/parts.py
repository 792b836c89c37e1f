"""The gradient of one update, in as many parts as memory asks for.

A batch is computed as one at first. Where memory does not suffice the update is begun anew with the batch cut into
twice as many parts, one after the other, and so are all later batches. Parts are divided by the number of positions of
the whole batch and draw the random numbers of the whole batch, so the sum of their gradients is its gradient but for
the order in which numbers are added up.
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
    """Add the gradient of this process's share of a batch to that of the student's weights, and give its value.

    Args:
        progress: share of the training that is done with this update.
        seed: of everything random in the update.

    Raises:
        UserError: memory does not suffice for a single sentence.
    """
    passes.processes.begin()
    memory = passes.memory
    while True:
        torch.manual_seed(seed)
        passes.student.train()
        try:
            return _whole(passes, batch, progress) if passes.processes.parts == 1 else _parts(passes, batch, progress)
        except torch.OutOfMemoryError:
            pass  # what is done about it must not hold the traceback, and with it the tensors
        _begin_anew(passes, batch)
        passes.recall(memory)


def _whole(passes: Passes, batch: Batch, progress: float) -> float:
    loss = passes.loss(batch, progress)
    loss.backward()
    return loss.item()


def _parts(passes: Passes, batch: Batch, progress: float) -> float:
    pieces = passes.processes.share(len(batch.src)).cut(passes.processes.parts)
    encoder = Noise(passes.student.device)
    with torch.no_grad(), drawn_for(pieces[0]):
        passes.encoded(batch, pieces[0])  # only to draw what encoding draws, before the sources draw
    view = View(batch, passes.student, progress, crew=passes.processes)
    value = 0.0
    with passes.watching() as seen:
        for reading in view.each(passes.readings):
            for pair in reading.source.pairs(view, reading.options):
                noise = encoder, Noise(passes.student.device)
                made = _Made(passes, batch, pair, pieces, reading.objective, seen, *noise)
                value += _pass(passes, made)
                passes.follow(pair, reading.objective, view)
    return value


def _pass(passes: Passes, made: "_Made") -> float:
    """One pass, piece by piece; gives its value."""
    objective, value = made.objective, 0.0
    with torch.no_grad():
        facts = passes.survey(objective, made)
    for one in made:
        loss = passes.mean(one, objective, facts, made.batch)
        if objective.layer_terms:
            loss = loss + between(one, objective)
        loss.backward()
        value += loss.item()
    return value


@dataclass(frozen=True)
class _Made(Iterable[Pass]):
    """A pass, made piece by piece, and made anew whenever it is gone through; sources are encoded again each time."""

    passes: Passes
    batch: Batch
    pair: Batch
    pieces: list[Rows]
    objective: Objective
    seen: Seen
    encoder: "Noise"
    decoder: "Noise"

    def __iter__(self) -> Iterator[Pass]:
        for rows in self.pieces:
            with drawn_for(rows):
                self.encoder.restore()
                encoded = self.passes.encoded(self.batch, rows)
                self.decoder.restore()
                one = self.passes.read(self.pair, rows, self.objective, encoded, self.seen)
            yield one


class Noise:
    """Where the random generators stand, of the processor and of the graphics card that computes."""

    def __init__(self, device: torch.device) -> None:
        self.device, self.state = device, torch.get_rng_state()
        self.card = torch.cuda.get_rng_state(device) if device.type == "cuda" else None

    def restore(self) -> None:
        """Put them there again."""
        torch.set_rng_state(self.state)
        if self.card is not None:
            torch.cuda.set_rng_state(self.card, self.device)


def _begin_anew(passes: Passes, batch: Batch) -> None:
    """Forget what the failed attempt has added, and cut batches into twice as many parts."""
    rows, processes = passes.processes.share(len(batch.src)), passes.processes
    if processes.parts >= rows.last - rows.first:
        raise UserError(
            "Out of memory with a single sentence at a time. Give the job more memory, a graphics card with more, or "
            "`device: cpu` in the profile."
        )
    processes.parts *= 2
    log.warning("out of memory: each batch is computed in %d parts from here on, with the same result", processes.parts)
    for parameter in passes.student.parameters():
        if parameter.grad is not None:
            parameter.grad.zero_()
    for reading in passes.readings:
        reading.objective.forget()
    processes.again()
    release()
