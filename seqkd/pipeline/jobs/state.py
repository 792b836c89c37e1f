"""State folders of jobs: which job each belongs to, and how long those of finished jobs are kept.

Snakemake deletes the outputs of a job that is killed after its last write but before its end. If the state were gone by
then, a whole training would be lost; so it is deleted later, when another job begins or the run ends.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkd.pipeline.reruns.settings_diff import settings_diff
from seqkd.utils.files import write_json

FINISHED = "manifest"
"""File in the state of a finished job: the path of its manifest."""

OWNER = "job.json"
"""File in a state: the manifest that its job will write, and the provenance of that."""

MIN_AGE = 60.0
"""Seconds after which a job that has written its manifest has surely ended, or its outputs are deleted."""


def create(state: Path, manifest: Path, provenance: dict[str, Any]) -> None:
    """Create a job's state, or keep what a killed job left there."""
    state.mkdir(parents=True, exist_ok=True)
    write_json(state / OWNER, {"manifest": str(manifest), "provenance": provenance})


def abandoned(states: Path, manifest: Path, provenance: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """States that unfinished jobs left for the same manifest, and how their provenance differs from this one."""
    for file in sorted(states.glob(f"*/{OWNER}")):
        try:
            owner = json.loads(file.read_text(encoding="utf-8"))
            is_same_job, old = owner["manifest"] == str(manifest), dict(owner["provenance"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if is_same_job and len(list(file.parent.iterdir())) > 1 and not (file.parent / FINISHED).exists():
            yield file.parent, ", ".join(settings_diff(old, provenance)) or "a step before it"


def remove_if_empty(state: Path) -> None:
    """Remove a state that holds nothing to resume from."""
    if [file.name for file in state.iterdir()] == [OWNER]:
        shutil.rmtree(state)


def mark_finished(state: Path, manifest: Path) -> None:
    """Mark the state of a job whose manifest is written; an empty one is removed at once."""
    (state / OWNER).unlink(missing_ok=True)
    if any(state.iterdir()):
        (state / FINISHED).write_text(str(manifest), encoding="utf-8")
    else:
        state.rmdir()


def delete_finished(states: Path, min_age: float = MIN_AGE) -> None:
    """Delete states that were marked at least ``min_age`` seconds ago and whose manifest still exists; with 0, at the
    end of a run, also those that hold nothing."""
    for mark in states.glob(f"*/{FINISHED}"):
        try:
            is_old, manifest = _age(mark) >= min_age, Path(mark.read_text(encoding="utf-8"))
        except OSError:
            continue  # another job was faster
        if is_old and manifest.is_file():
            shutil.rmtree(mark.parent, ignore_errors=True)
    for file in [] if min_age else list(states.glob(f"*/{OWNER}")):
        remove_if_empty(file.parent)


def _age(mark: Path) -> float:
    """Seconds since the mark was set; one that is dated in the future, because the clock went back, is set again."""
    seconds = time.time() - mark.stat().st_mtime
    if seconds < 0:
        os.utime(mark)
    return max(0.0, seconds)
