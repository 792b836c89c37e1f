"""A SLURM job that reaches its time limit has not failed: it saves before that and requeues itself.

Why neither SLURM's ``--signal`` nor Snakemake's retries do: measured in docs/cluster.md.
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

from seqkd.pipeline.jobs.distributed import JOB
from seqkd.pipeline.jobs.state import OWNER
from seqkd.utils.errors import UserError
from seqkd.utils.files import write_json

log = logging.getLogger(__name__)

SLURM_JOB = "SEQKD_SLURM_JOB"
"""Environment variable: the SLURM job that runs only this step. A whole run inside a SLURM job is not requeued."""
LEAD_SECONDS, LEAD_FRACTION = float(os.environ.get("SEQKD_LEAD_SECONDS", "120")), 0.15
"""A job must save this many seconds before its end, or when this fraction of its time is left if that is less."""
MAX_IDLE_ATTEMPTS = 3
"""Attempts in a row that may end with nothing new saved."""
ATTEMPTS = "attempts.json"
"""File in the state of a job: how many attempts in a row have saved nothing."""
NOT_PROGRESS = (ATTEMPTS, OWNER, JOB)
"""Files in the state of a job that are written at every start, and hold nothing to resume from."""
TIMEOUT_SECONDS = 60.0
"""Seconds for which a SLURM controller that does not answer is asked again."""


class OutOfTime(BaseException):
    """Raised in a step that does not handle SIGUSR1 itself."""


def signal_before_timeout() -> None:
    """In a SLURM job send SIGUSR1 to the main thread before the time limit; elsewhere do nothing."""
    if SLURM_JOB in os.environ:
        signal.signal(signal.SIGUSR1, _raise)
        threading.Thread(target=_signal_in_time, args=(threading.get_ident(),), daemon=True).start()


@contextmanager
def requeue_on_timeout(state: Path) -> Iterator[None]:
    """Around a job that resumes from ``state``: when its time runs out, it ends here and starts again later.

    Raises:
        UserError: there is nothing to resume from, some attempts in a row saved nothing new, or SLURM refused.
    """
    files_before = _progress(state)
    try:
        yield
    except (OutOfTime, SystemExit) as stop:
        if SLURM_JOB not in os.environ or (isinstance(stop, SystemExit) and stop.code != 128 + signal.SIGUSR1):
            raise
        _count_attempt(state, files_before)
        _requeue(os.environ[SLURM_JOB])


def _raise(number: int, frame: FrameType | None) -> None:
    raise OutOfTime


def _signal_in_time(thread: int) -> None:
    """Reads the time left again before it signals: an administrator may have extended it."""
    lead = None
    while True:
        left = time_left(os.environ[SLURM_JOB])
        if left is None:
            time.sleep(TIMEOUT_SECONDS / 2)
            continue
        lead = min(LEAD_SECONDS, LEAD_FRACTION * left) if lead is None else lead
        if left <= lead + 1:
            break
        time.sleep(min(left - lead, 86400))
    signal.pthread_kill(thread, signal.SIGUSR1)


def time_left(job: str) -> float | None:
    """Seconds until SLURM ends the job, infinite without a limit; None if SLURM does not answer."""
    command = ["squeue", "--noheader", "--format=%L", f"--jobs={job}"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return parse_time(output.strip())


def parse_time(text: str) -> float | None:
    """Seconds of ``1-02:03:04``, ``02:03:04`` or ``03:04`` as SLURM writes them; None for what is no time."""
    if text == "UNLIMITED":
        return float("inf")
    match = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", text)
    if not match:
        return None
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return ((days * 24.0 + hours) * 60 + minutes) * 60 + seconds


def _progress(state: Path) -> dict[str, tuple[int, int]]:
    """Size and date of each saved file in a job's state: a difference shows that something was saved."""
    files = {}
    for file in state.glob("**/*"):
        with suppress(OSError):
            if file.is_file() and file.name not in NOT_PROGRESS and not file.match("rank-*.json"):
                files[str(file)] = (file.stat().st_size, file.stat().st_mtime_ns)
    return files


def _count_attempt(state: Path, files_before: dict[str, Any]) -> None:
    """Note whether this attempt saved something.

    Raises:
        UserError: too many did not, or nothing was ever saved.
    """
    files, attempts = _progress(state), state / ATTEMPTS
    if not files:
        raise UserError(
            "The time limit was reached with nothing saved to resume from. "
            "Give this rule more time: runtime in the profile (for decode, a smaller decode.shard_size helps too)."
        )
    idle = 0 if files != files_before else 1 + (int(attempts.read_text()) if attempts.exists() else 0)
    if idle >= MAX_IDLE_ATTEMPTS:
        attempts.unlink(missing_ok=True)
        raise UserError(
            f"The time limit was reached {idle} times in a row with nothing new saved. "
            "Give this rule more time: runtime in the profile."
        )
    write_json(attempts, idle)


def _requeue(job: str) -> None:
    """Have SLURM end this job and start it again later, under the same number; does not return.

    Raises:
        UserError: SLURM refuses.
    """
    log.info("time is nearly up: all is saved, and SLURM job %s is requeued to resume later", job)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        requeue = subprocess.run(["scontrol", "requeue", job], capture_output=True, text=True, check=False)
        if requeue.returncode == 0:
            time.sleep(3600)  # SLURM ends it meanwhile
        if time.monotonic() > deadline:
            raise UserError(f"SLURM did not requeue the job ({requeue.stderr.strip()}); all is saved.")
        time.sleep(5)
