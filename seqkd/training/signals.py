"""Stopping on request: a scheduler's SIGTERM or SIGUSR1, Ctrl-C or a closed terminal ends a training after it has saved
its state."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequested(Exception):
    """A signal arrived where work may be interrupted."""


class Stop:
    """``signal`` holds the number of the signal once one has arrived."""

    signal: int | None = None
    _at_once = False

    def request(self, number: int, frame: FrameType | None) -> None:
        """Signal handler."""
        self.signal = number
        if self._at_once:
            raise StopRequested

    @contextmanager
    def at_once(self, allowed: bool = True) -> Iterator[None]:
        """Within the block, a signal, also one that arrived before, raises ``StopRequested`` if ``allowed``."""
        if allowed and self.signal:
            raise StopRequested
        self._at_once = allowed
        try:
            yield
        finally:
            self._at_once = False


@contextmanager
def catch_signals() -> Iterator[Stop]:
    """Within the block, signals set ``signal`` instead of ending the process."""
    stop = Stop()
    numbers = [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup ignores it
        numbers.append(signal.SIGHUP)
    previous = {number: signal.signal(number, stop.request) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
