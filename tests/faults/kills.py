"""Killing a run of a small workflow again and again: where, when and how, and what must be equal in the end."""

import contextlib
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workflow_place import Place

TARGET = ("results/report.html", "--cores", "2")
TIMED = ("speed/", "report/")
"""Beginnings of manifests that hold times, or checksums of what does."""
COMPARED = ("**/*.safetensors", "decode/**/*.jsonl", "targets/**/*", "stored_teachers/**/*", "tokenizer/**/*")
COMPARED += ("corpus/*", "test_sets/**/*", "scores/**/*.txt", "scores/**/*.json", "scores.csv", "**/metrics.jsonl")
COMPARED += ("download/**/*", "truth/**/*", "ceilings/**/*", "**/*manifest.json")
TWICE = {"decode", "train_student", "score"}
"""Stages of so many jobs that they are looked out for twice in a run."""
PATIENCE = 300.0
"""Seconds after which a run that should have ended counts as hanging."""


def artefacts(place: Place) -> dict[str, bytes]:
    """Everything that two equal runs must make alike: what holds no times."""
    files = {file for pattern in COMPARED for file in place.results.glob(pattern) if file.is_file()}
    named = {file.relative_to(place.results).as_posix(): file for file in files}
    return {name: file.read_bytes() for name, file in named.items() if not name.startswith(TIMED)}


def differences(expected: Place, found: Place) -> list[str]:
    """Names of artefacts that one lacks or that differ."""
    one, two = artefacts(expected), artefacts(found)
    assert len(one) > 30
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))


def jobs(place: Place) -> dict[int, str]:
    """Processes of this place's jobs, and their stages."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        for word in command[1:2]:
            if hit := re.match(re.escape(str(place.work)) + r"/\.snakemake/scripts/tmp\w+\.(\w+)\.py$", word):
                found[int(entry.name)] = hit[1]
    return found


def send(how: int, *processes: int) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, how)


def to_all(how: int, run: subprocess.Popen[bytes]) -> None:
    """As a terminal does: to the whole process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.pid, how)


Run, Jobs = subprocess.Popen[bytes], list[int]

WAYS: dict[str, Callable[[Run, Jobs], None]] = {
    "SIGKILL of a job": lambda run, found: send(signal.SIGKILL, *found[:1]),
    "SIGKILL of snakemake": lambda run, found: send(signal.SIGKILL, run.pid),
    "SIGKILL of both": lambda run, found: send(signal.SIGKILL, run.pid, *found),
    "SIGTERM of a job": lambda run, found: send(signal.SIGTERM, *found[:1]),
    "SIGTERM of snakemake": lambda run, found: send(signal.SIGTERM, run.pid),
    "SIGHUP of snakemake": lambda run, found: send(signal.SIGHUP, run.pid),
    "SIGHUP of both": lambda run, found: to_all(signal.SIGHUP, run),
    "Ctrl-C": lambda run, found: to_all(signal.SIGINT, run),
}


@dataclass(frozen=True)
class Kill:
    """How a run was killed, the stages whose jobs ran then, and after how many seconds."""

    way: str
    stages: list[str]
    seconds: float


def torment(place: Place, generator: random.Random, most: int) -> list[Kill]:
    """Start the same command again and again and kill it, until it is done or was killed ``most`` times.

    A kill comes up to a second and a half after a stage has begun in which this run was not yet killed. Whether jobs
    outlive it or not, the next run begins at once.
    """
    kills: list[Kill] = []
    hit: Counter[str] = Counter()
    ways: list[str] = []
    while len(kills) < most:
        ways = ways or generator.sample(list(WAYS), len(WAYS))
        run, begun = place.start(*TARGET, SEQKD_SAVE_SECONDS="0.1"), time.monotonic()
        try:
            found = moment(run, place, {stage for stage, times in hit.items() if times > (stage in TWICE)}, generator)
            if not found:
                assert run.wait(PATIENCE) == 0, said(place)
                break
            WAYS[way := ways.pop()](run, list(found))
            killed = Kill(way, sorted(set(found.values())), round(time.monotonic() - begun, 1))
            if run.wait(PATIENCE):  # else it came too late
                kills.append(killed)
                hit.update(killed.stages)
        finally:
            if run.poll() is None:  # only where a test fails
                to_all(signal.SIGKILL, run)
    return kills


def moment(run: Run, place: Place, done: set[str], generator: random.Random) -> dict[int, str]:
    """Wait for a random moment of a stage that is not ``done``; the jobs that run then, none if the run ends before."""
    while run.poll() is None and set(jobs(place).values()) <= done:
        time.sleep(0.05)
    time.sleep(generator.uniform(0.0, 1.5))
    while run.poll() is None:
        if found := jobs(place):
            return found
        time.sleep(0.02)
    return {}


def said(place: Place) -> str:
    return (place.work.parent / "run.log").read_text(encoding="utf-8", errors="replace")[-5000:]
