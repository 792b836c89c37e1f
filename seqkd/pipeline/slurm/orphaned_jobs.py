"""SLURM jobs of a run whose own process was killed: they would go on beside the next run and make the same results."""

import getpass
import re
import subprocess
import sys
import time
from pathlib import Path

from seqkd.errors import UserError

RUN = re.compile(r"(?:[\w-]+_)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How Snakemake names the SLURM jobs of a run; other jobs of the user's are left alone."""
PATIENCE = 120.0
"""Seconds in which cancelled jobs end: SLURM lets them save what they have first."""


def end_left_over_jobs(patience: float = PATIENCE) -> None:
    """Cancel the SLURM jobs that an earlier run in this folder has left, and wait for their end.

    Raises:
        UserError: some do not end.
    """
    jobs = left_over_jobs()
    if not jobs:
        return
    print(
        f"SLURM jobs left by an earlier run: {len(jobs)}. Cancelling them; trainings save first and go on from there.",
        file=sys.stderr,
        flush=True,
    )
    subprocess.run(["scancel", *jobs], check=False)
    end = time.monotonic() + patience
    while jobs := left_over_jobs():
        if time.monotonic() > end:
            raise UserError(
                f"SLURM jobs {' '.join(jobs)} of an earlier run do not end. Look at them with squeue, then run again."
            )
        time.sleep(1)


def left_over_jobs() -> list[str]:
    """Numbers of the SLURM jobs that a run of Snakemake has begun in this folder; none where there is no SLURM."""
    command = ["squeue", "--noheader", f"--user={getpass.getuser()}", "--format=%i %j %Z"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    jobs = [line.split(" ", 2) for line in said.splitlines() if line.count(" ") >= 2]
    here = Path.cwd().resolve()
    return [number for number, name, folder in jobs if RUN.fullmatch(name) and Path(folder).resolve() == here]
