"""A worker's connection to ``benchmarks.turns``: JSON lines on standard input and output. Only uses the standard
library, since it also runs in the peers' environments."""

import json
import os
import sys
import time
from typing import Any


class Channel:
    """Settings are the first argument; each input line requests one turn, each answer is one line.

    Any other standard output is redirected to standard error, the worker's log.
    """

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self.settings: dict[str, Any] = json.loads(sys.argv[1])
        self._turn_start = 0.0

    def wait(self) -> None:
        """Wait until a turn is requested, and start the clock.

        Raises:
            SystemExit: there are no more turns.
        """
        if not sys.stdin.readline():
            raise SystemExit(0)
        self._turn_start = time.perf_counter()

    def elapsed(self) -> float:
        """Seconds since the turn was requested."""
        return time.perf_counter() - self._turn_start

    def reply(self, **answer: Any) -> None:
        """Send an answer; ``seconds`` defaults to the time since the turn was requested."""
        answer.setdefault("seconds", self.elapsed())
        self._out.write(json.dumps(answer) + "\n")
        self._out.flush()
