"""Sides that take turns: each a process with its own threads and cores, only one of them at work at a time."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from benchmarks.rows import Turn

ROOT = Path(__file__).resolve().parents[1]
UNPINNED = "SEQKD_BENCHMARK_UNPINNED"
"""Set in the environment of a smoke run: on a busy machine a side pinned to one core may never get it."""


class SideError(Exception):
    """A side that could not be started or broke down; the message says why."""


class Side(Protocol):
    """Something that does the same piece of work each time it is asked."""

    def turn(self) -> Turn:
        """One piece of work."""

    def close(self) -> None:
        """End the process."""


def environment(threads: int) -> dict[str, str]:
    """The environment of a side that may use so many threads; no graphics card, no network look-ups."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    fixed = {"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "SEQKD_SAVE_SECONDS": "1e9"}
    return {**os.environ, **dict.fromkeys(names, str(threads)), **fixed}


def cores(threads: int) -> set[int]:
    """The last so many of the cores that this process may use; all of them for a smoke run beside other work."""
    usable = sorted(os.sched_getaffinity(0))
    return set(usable if os.environ.get(UNPINNED) else usable[-threads:])


class Worker:
    """A side written in Python that speaks through ``benchmarks.sides.channel``."""

    def __init__(
        self, module: str, settings: dict[str, Any], threads: int, log: Path, python: Path = Path(sys.executable)
    ) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w", encoding="utf-8") as handle:
            self.process = subprocess.Popen(
                [python, "-m", f"benchmarks.sides.{module}", json.dumps(settings)],
                cwd=ROOT,
                env=environment(threads),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=handle,
                text=True,
            )
        os.sched_setaffinity(self.process.pid, cores(threads))

    def ask(self) -> dict[str, Any]:
        """One turn's whole answer.

        Raises:
            SideError: the process has ended.
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.process.wait(10)
            raise SideError(last_line(self.log))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def turn(self) -> Turn:
        """See :class:`Side`."""
        answer = self.ask()
        return Turn(answer.pop("seconds"), answer.pop("amount"), answer)

    def close(self) -> None:
        """See :class:`Side`."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
            self.process.wait(20)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()


def last_line(log: Path) -> str:
    """What a failed side said last."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "ended without a word"


@contextmanager
def started(starters: dict[str, Any]) -> Iterator[tuple[dict[str, Side], dict[str, str]]]:
    """Start the sides named and give those that came up, and for the others why not.

    Args:
        starters: name -> a function without arguments that gives a :class:`Side` or raises SideError.
    """
    with ExitStack() as stack:
        sides: dict[str, Side] = {}
        reasons: dict[str, str] = {}
        for name, start in starters.items():
            try:
                sides[name] = start()
                stack.callback(sides[name].close)
            except SideError as error:
                reasons[name] = str(error)
        yield sides, reasons


def alternate(starters: dict[str, Any], repeats: int) -> tuple[dict[str, list[Turn]], dict[str, str]]:
    """After a warm-up turn of each, let the sides take turns; every second round goes the other way round.

    Returns:
        The turns of each side that lasted to the end, and for the others why not.
    """
    with started(starters) as (sides, reasons):
        for round_number in range(repeats + 1):
            order = list(sides) if round_number % 2 == 0 else list(reversed(sides))
            found = {}
            for name in order:
                try:
                    found[name] = sides[name].turn()
                except SideError as error:
                    reasons[name] = str(error)
                    sides.pop(name)
            if round_number == 0:
                turns: dict[str, list[Turn]] = {name: [] for name in sides}
            for name in sides:
                if round_number:
                    turns[name].append(found[name])
        return {name: turns[name] for name in sides}, reasons


def say(text: str) -> None:
    """A line to follow the suite by."""
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)
