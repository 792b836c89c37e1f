"""Sides that take turns: each is a process with its own threads and cores, and only one works at a time."""

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
"""Set in the environment of a smoke test: on a busy machine a side pinned to one core may never get to run."""


class SideError(Exception):
    """A side could not be started or failed; the message says why."""


class Side(Protocol):
    """A program that does the same work in every turn."""

    def turn(self) -> Turn:
        """Do the work once."""

    def close(self) -> None:
        """End the process."""


def environment(threads: int) -> dict[str, str]:
    """The environment variables of a side: the number of threads, no GPU, no network access."""
    thread_variables = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    common = {"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "SEQKD_SAVE_SECONDS": "1e9"}
    return {**os.environ, **dict.fromkeys(thread_variables, str(threads)), **common}


def cores(threads: int) -> set[int]:
    """The last ``threads`` cores that this process may use; all of them in a smoke test."""
    usable = sorted(os.sched_getaffinity(0))
    return set(usable if os.environ.get(UNPINNED) else usable[-threads:])


class Worker:
    """A side written in Python that communicates through ``benchmarks.sides.channel``."""

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
        """Run one turn and return the full answer.

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
    """The last line of a failed side's log."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "ended without output"


@contextmanager
def started(starters: dict[str, Any]) -> Iterator[tuple[dict[str, Side], dict[str, str]]]:
    """Start sides; yields those that started, and the reason for each that did not.

    Args:
        starters: by name, a function without arguments that returns a :class:`Side` or raises SideError.
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
    """After a warm-up turn of each, the sides take turns, in reversed order every second round.

    Returns:
        The turns of each side that completed all rounds, and the reason for each that did not.
    """
    with started(starters) as (sides, reasons):
        for round_number in range(repeats + 1):
            order = list(sides) if round_number % 2 == 0 else list(reversed(sides))
            current = {}
            for name in order:
                try:
                    current[name] = sides[name].turn()
                except SideError as error:
                    reasons[name] = str(error)
                    sides.pop(name)
            if round_number == 0:
                turns: dict[str, list[Turn]] = {name: [] for name in sides}
            for name in sides:
                if round_number:
                    turns[name].append(current[name])
        return {name: turns[name] for name in sides}, reasons


def say(text: str) -> None:
    """Log progress to standard error."""
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)
