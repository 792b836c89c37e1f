"""Stopping on request: a scheduler's SIGTERM or SIGUSR1, Ctrl-C or a lost terminal ends a training once it has saved
its state."""

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

    wanted = [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # which is how nohup asks to go on
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, ask) for number in wanted}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
