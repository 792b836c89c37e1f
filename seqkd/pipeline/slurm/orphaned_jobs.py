"""SLURM jobs of a run whose own process was killed: they would run next to the next run and make the same results."""

import getpass
import re
import subprocess
import sys
import time
from pathlib import Path

from seqkd.utils.errors import UserError

JOB_NAME = re.compile(r"(?:[\w-]+_)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How Snakemake names the SLURM jobs of a run; the user's other jobs are left alone."""
TIMEOUT_SECONDS = 120.0
"""Seconds within which cancelled jobs must end: SLURM lets them save their state first."""


def cancel_orphaned_jobs(timeout: float = TIMEOUT_SECONDS) -> None:
    """Cancel the SLURM jobs that an earlier run in this folder has left, and wait for their end.

    Raises:
        UserError: some do not end.
    """
    jobs = orphaned_jobs()
    if not jobs:
        return
    print(
        f"SLURM jobs left by an earlier run: {len(jobs)}. Cancelling them; trainings save first and resume later.",
        file=sys.stderr,
        flush=True,
    )
    subprocess.run(["scancel", *jobs], check=False)
    deadline = time.monotonic() + timeout
    while jobs := orphaned_jobs():
        if time.monotonic() > deadline:
            raise UserError(
                f"SLURM jobs {' '.join(jobs)} of an earlier run do not end. Look at them with squeue, then run again."
            )
        time.sleep(1)


def orphaned_jobs() -> list[str]:
    """Numbers of the SLURM jobs that Snakemake has started in this folder; none where there is no SLURM."""
    command = ["squeue", "--noheader", f"--user={getpass.getuser()}", "--format=%i %j %Z"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    jobs = [line.split(" ", 2) for line in output.splitlines() if line.count(" ") >= 2]
    cwd = Path.cwd().resolve()
    return [number for number, name, folder in jobs if JOB_NAME.fullmatch(name) and Path(folder).resolve() == cwd]
