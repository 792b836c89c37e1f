"""States of jobs: whose each is, and how long those of finished jobs are kept.

Snakemake deletes the outputs of a job that is killed after its last write but before its end. Were the state gone by
then, a whole training would be lost; so it goes later, when another job begins or the run ends.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkd.files import write_json
from seqkd.pipeline.reruns.settings_diff import changes

MARK = "manifest"
"""File in the state of a finished job: where its manifest stands."""

OWNER = "job.json"
"""File in a state: the manifest that its job will write, and what that job is made by."""

MOMENT = 60.0
"""Seconds after which a job that has written its manifest has surely ended, or its outputs are deleted."""


def begin(state: Path, manifest: Path, made_by: dict[str, Any]) -> None:
    """Make a job's state, or take up what a killed one left."""
    state.mkdir(parents=True, exist_ok=True)
    write_json(state / OWNER, {"manifest": str(manifest), "made_by": made_by})


def left_by_others(states: Path, manifest: Path, made_by: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """States that unfinished jobs of the same manifest left, and in what these were made otherwise than ``made_by``."""
    for note in sorted(states.glob(f"*/{OWNER}")):
        try:
            owner = json.loads(note.read_text(encoding="utf-8"))
            ours, before = owner["manifest"] == str(manifest), dict(owner["made_by"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if ours and len(list(note.parent.iterdir())) > 1 and not (note.parent / MARK).exists():
            yield note.parent, ", ".join(changes(before, made_by)) or "a step before it"


def forget(state: Path) -> None:
    """Remove a state that holds nothing to go on from."""
    if [file.name for file in state.iterdir()] == [OWNER]:
        shutil.rmtree(state)


def spend(state: Path, manifest: Path) -> None:
    """Mark the state of a job whose manifest is written; an empty one goes at once."""
    (state / OWNER).unlink(missing_ok=True)
    if any(state.iterdir()):
        (state / MARK).write_text(str(manifest), encoding="utf-8")
    else:
        state.rmdir()


def sweep(states: Path, age: float = MOMENT) -> None:
    """Delete states that were marked at least ``age`` seconds ago and whose manifest is still there; at the end of a
    run (``age`` 0) those too that hold nothing."""
    for mark in states.glob(f"*/{MARK}"):
        try:
            old, manifest = _age(mark) >= age, Path(mark.read_text(encoding="utf-8"))
        except OSError:
            continue  # another job was quicker
        if old and manifest.is_file():
            shutil.rmtree(mark.parent, ignore_errors=True)
    for note in [] if age else list(states.glob(f"*/{OWNER}")):
        forget(note.parent)


def _age(mark: Path) -> float:
    """Seconds since the mark was set; it is set anew where it lies ahead, the clock having gone back."""
    passed = time.time() - mark.stat().st_mtime
    if passed < 0:
        os.utime(mark)
    return max(0.0, passed)
