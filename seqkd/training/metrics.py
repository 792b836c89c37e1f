"""Progress of a training: occasional log lines, and metrics.jsonl for the report."""

import json
import logging
import time
from typing import Any

from seqkd.training.checkpoint import TrainingState

log = logging.getLogger(__name__)

POINTS = 100
"""Points of a training curve, whatever its number of updates."""


class Progress:
    """Loss and gradient norm at ``POINTS`` updates; speed and remaining time only in the log."""

    def __init__(self, updates: int, done: int) -> None:
        self.updates, self.every = updates, max(1, updates // POINTS)
        self.first_update, self.start_time, self.log_time = done, time.monotonic(), time.monotonic()
        self.tokens = 0

    def add(self, state: TrainingState, tokens: int, loss: float, rate: float, norm: float) -> list[dict[str, Any]]:
        """Record one update; returns the row for metrics.jsonl if one is due. BatchSlice hold no times."""
        self.tokens += tokens
        if state.update % self.every and state.update != self.updates:
            return []
        if time.monotonic() - self.log_time > 5 or state.update == self.updates:
            self._log(state, loss, rate)
        row = {"update": state.update, "epoch": state.position[0], "tokens": state.tokens}
        return [row | {"loss": round(loss, 5), "learning_rate": round(rate, 8), "gradient_norm": round(norm, 5)}]

    def _log(self, state: TrainingState, loss: float, rate: float) -> None:
        self.log_time = time.monotonic()
        elapsed = self.log_time - self.start_time
        left = elapsed / (state.update - self.first_update) * (self.updates - state.update)
        text = "update %d of %d, epoch %d: loss %.3f, learning rate %.2g, %.0f target tokens/s, %.0f s left"
        log.info(text, state.update, self.updates, state.position[0], loss, rate, self.tokens / elapsed, left)


def as_lines(rows: list[dict[str, Any]]) -> str:
    """BatchSlice as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)
