"""A SLURM job whose time runs out is no failure: it saves ahead of that and puts itself back into the queue.

Why so, and neither by SLURM's ``--signal`` nor by Snakemake's retries, is measured in docs/cluster.md.
"""

import logging
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from seqkd.errors import UserError
from seqkd.files import write_json
from seqkd.pipeline.jobs.distributed import TASK as OF_PROCESSES
from seqkd.pipeline.jobs.state import OWNER

log = logging.getLogger(__name__)

TASK = "SEQKD_SLURM_JOB"
"""Environment variable: the SLURM job that runs nothing but this step. A whole run inside of a job is not put back."""
AHEAD, SHARE = float(os.environ.get("SEQKD_AHEAD_SECONDS", "120")), 0.15
"""A job is asked to save so many seconds ahead of its end, or when this share of its time is left if that is less."""
MOST_IDLE = 3
"""Turns in a row that may end with nothing new saved."""
TURNS = "turns.json"
"""File in the state of a job: how many turns in a row have saved nothing."""
NOTES = (TURNS, OWNER, OF_PROCESSES)
"""Files in the state of a job that are written at every start, and hold nothing to go on from."""
PATIENCE = 60.0
"""Seconds for which a controller that does not answer is asked again."""


class OutOfTime(BaseException):
    """Raised in a step that does not save by itself on SIGUSR1."""


def watch() -> None:
    """In a SLURM job send SIGUSR1 to the main thread ahead of the time limit; elsewhere do nothing."""
    if TASK in os.environ:
        signal.signal(signal.SIGUSR1, _raise)
        threading.Thread(target=_warn_in_time, args=(threading.get_ident(),), daemon=True).start()


@contextmanager
def going_on(state: Path) -> Iterator[None]:
    """Around a job that goes on from ``state``: when its time runs out, it ends here and begins again in a next turn.

    Raises:
        UserError: there is nothing to go on from, nothing new was saved for some turns, or SLURM refused.
    """
    before = _content(state)
    try:
        yield
    except (OutOfTime, SystemExit) as end:
        if TASK not in os.environ or (isinstance(end, SystemExit) and end.code != 128 + signal.SIGUSR1):
            raise
        _count_turn(state, before)
        _put_back(os.environ[TASK])


def _raise(number: int, frame: FrameType | None) -> None:
    raise OutOfTime


def _warn_in_time(thread: int) -> None:
    """Asked again when the time has come: an administrator may have given more of it."""
    ahead = None
    while True:
        left = time_left(os.environ[TASK])
        if left is None:
            time.sleep(PATIENCE / 2)
            continue
        ahead = min(AHEAD, SHARE * left) if ahead is None else ahead
        if left <= ahead + 1:
            break
        time.sleep(min(left - ahead, 86400))
    signal.pthread_kill(thread, signal.SIGUSR1)


def time_left(job: str) -> float | None:
    """Seconds until SLURM ends the job, infinite without a limit; None if that cannot be learnt now."""
    try:
        said = subprocess.run(
            ["squeue", "--noheader", "--format=%L", f"--jobs={job}"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return seconds(said.stdout.strip())


def seconds(text: str) -> float | None:
    """``1-02:03:04``, ``02:03:04`` or ``03:04`` as SLURM writes them; None for what is no time."""
    if text == "UNLIMITED":
        return float("inf")
    found = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", text)
    if not found:
        return None
    days, hours, minutes, rest = (int(part or 0) for part in found.groups())
    return ((days * 24.0 + hours) * 60 + minutes) * 60 + rest


def _content(state: Path) -> dict[str, tuple[int, int]]:
    """What stands in a job's state, so that two looks tell whether something was saved between them."""
    found = {}
    for file in state.glob("**/*"):
        with suppress(OSError):
            if file.is_file() and file.name not in NOTES and not file.match("rank-*.json"):
                found[str(file)] = (file.stat().st_size, file.stat().st_mtime_ns)
    return found


def _count_turn(state: Path, before: dict[str, Any]) -> None:
    """Note whether this turn saved something.

    Raises:
        UserError: too many turns did not, or nothing at all is there.
    """
    after, turns = _content(state), state / TURNS
    if not after:
        raise UserError(
            "The time limit was reached with nothing saved to go on from. "
            "Give this rule more time: runtime in the profile (for decode, a smaller decode.shard does it too)."
        )
    idle = 0 if after != before else 1 + (int(turns.read_text()) if turns.exists() else 0)
    if idle >= MOST_IDLE:
        turns.unlink(missing_ok=True)
        raise UserError(
            f"The time limit was reached {idle} times in a row with nothing new saved. "
            "Give this rule more time: runtime in the profile."
        )
    write_json(turns, idle)


def _put_back(job: str) -> None:
    """Have SLURM end this job and start it again later, under the same number; does not return.

    Raises:
        UserError: SLURM will not.
    """
    log.info("time is nearly up: all is saved, and SLURM job %s goes back into the queue to go on", job)
    end = time.monotonic() + PATIENCE
    while True:
        done = subprocess.run(["scontrol", "requeue", job], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            time.sleep(3600)  # SLURM ends it meanwhile
        if time.monotonic() > end:
            raise UserError(f"SLURM did not put the job back into the queue ({done.stderr.strip()}); all is saved.")
        time.sleep(5)
