"""A worker's end of the line to ``benchmarks.turns``: JSON lines on standard input and output. Standard library alone,
since it runs in the peers' environments too."""

import json
import os
import sys
import time
from typing import Any


class Channel:
    """Settings come as the first argument; each line that arrives asks for one turn, each answer is one line.

    Whatever else prints to standard output goes to standard error, which is the worker's log.
    """

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self.settings: dict[str, Any] = json.loads(sys.argv[1])
        self._asked = 0.0

    def wait(self) -> None:
        """Say that all is ready for a turn and wait until it is asked for; the clock starts then.

        Raises:
            SystemExit: no more turns are wanted.
        """
        if not sys.stdin.readline():
            raise SystemExit(0)
        self._asked = time.perf_counter()

    def passed(self) -> float:
        """Seconds since the turn was asked for."""
        return time.perf_counter() - self._asked

    def reply(self, **answer: Any) -> None:
        """Answer; ``seconds`` since the turn was asked for are added unless they are given."""
        answer.setdefault("seconds", self.passed())
        self._out.write(json.dumps(answer) + "\n")
        self._out.flush()
