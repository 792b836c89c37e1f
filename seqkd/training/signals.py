"""Stopping on request: a scheduler's SIGTERM or SIGUSR1, Ctrl-C or a lost terminal ends a training once it has saved
its state."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequested(Exception):
    """A signal came where work may be left in the middle."""


class Stop:
    """``asked`` holds the signal's number once one has come."""

    asked: int | None = None
    _at_once = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """The handler of the signals."""
        self.asked = number
        if self._at_once:
            raise StopRequested

    @contextmanager
    def at_once(self, allowed: bool = True) -> Iterator[None]:
        """Within the block a signal, or one that has come before, raises ``StopRequested`` if ``allowed``."""
        if allowed and self.asked:
            raise StopRequested
        self._at_once = allowed
        try:
            yield
        finally:
            self._at_once = False


@contextmanager
def stopping() -> Iterator[Stop]:
    """Within the block, signals set ``asked`` instead of ending the process."""
    stop = Stop()
    wanted = [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # which is how nohup asks to go on
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, stop.ask) for number in wanted}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
