"""States of finished jobs, which are kept for a moment.

Snakemake deletes the outputs of a job that is killed after its last write but before its end. Were the state gone by
then, a whole training would be lost; so it goes later, when another job begins or the run ends.
"""

import shutil
import time
from pathlib import Path

MARK = "manifest"
"""File in the state of a finished job: where its manifest stands."""

MOMENT = 60.0
"""Seconds after which a job that has written its manifest has surely ended, or its outputs are deleted."""


def spend(state: Path, manifest: Path) -> None:
    """Mark the state of a job whose manifest is written; an empty one goes at once."""
    if any(state.iterdir()):
        (state / MARK).write_text(str(manifest), encoding="utf-8")
    else:
        state.rmdir()


def sweep(states: Path, age: float = MOMENT) -> None:
    """Delete states that were marked at least ``age`` seconds ago and whose manifest is still there."""
    for mark in states.glob(f"*/{MARK}"):
        try:
            old, manifest = time.time() - mark.stat().st_mtime >= age, Path(mark.read_text(encoding="utf-8"))
        except OSError:
            continue  # another job was quicker
        if old and manifest.is_file():
            shutil.rmtree(mark.parent, ignore_errors=True)
