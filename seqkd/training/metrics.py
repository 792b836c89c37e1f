"""What a person can follow of a training: a line in the log now and then, and metrics.jsonl for the report."""

import json
import logging
import time
from typing import Any

from seqkd.training.state import State

log = logging.getLogger(__name__)

POINTS = 100
"""Lines of a training curve, whatever its length."""


class Progress:
    """Loss and gradient norm a hundred times a training; speed and time left in the log alone."""

    def __init__(self, updates: int, done: int) -> None:
        self.updates, self.every = updates, max(1, updates // POINTS)
        self.first, self.started, self.said = done, time.monotonic(), time.monotonic()
        self.tokens = 0

    def add(self, state: State, tokens: int, loss: float, rate: float, norm: float) -> list[dict[str, Any]]:
        """Take in one update; gives the row for metrics.jsonl when one is due. Rows hold no times."""
        self.tokens += tokens
        if state.update % self.every and state.update != self.updates:
            return []
        if time.monotonic() - self.said > 5 or state.update == self.updates:
            self._say(state, loss, rate)
        row = {"update": state.update, "epoch": state.position[0], "tokens": state.tokens}
        return [row | {"loss": round(loss, 5), "learning_rate": round(rate, 8), "gradient_norm": round(norm, 5)}]

    def _say(self, state: State, loss: float, rate: float) -> None:
        self.said = time.monotonic()
        passed = self.said - self.started
        left = passed / (state.update - self.first) * (self.updates - state.update)
        text = "update %d of %d, epoch %d: loss %.3f, learning rate %.2g, %.0f target tokens/s, %.0f s left"
        log.info(text, state.update, self.updates, state.position[0], loss, rate, self.tokens / passed, left)


def as_lines(rows: list[dict[str, Any]]) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)
