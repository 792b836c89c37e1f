"""Stopping on request: a scheduler's SIGTERM or SIGUSR1, or Ctrl-C, ends a training after it has saved its state."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """``asked`` holds the signal's number once one has come."""

    asked: int | None = None


@contextmanager
def stopping() -> Iterator[Stop]:
    """Within the block, signals set ``asked`` instead of ending the process."""
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.asked = number

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
