"""Killing a run of a small workflow again and again: where, when and how, and what must be equal in the end."""

import contextlib
import csv
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from workflow_place import Place

from seqkd.pipeline.graph.step import script_of

TARGET = ("results/report.html", "--cores", "2")
TIMED = ("speed/", "report/")
"""Beginnings of manifests that hold times, or checksums of what does."""
COMPARED = ("**/*.safetensors", "decode/**/*.jsonl", "targets/**/*", "teacher_topk/**/*", "tokenizer/**/*")
COMPARED += ("corpus/*", "test_sets/**/*", "translations/**/*", "scores/**/*.json", "scores.csv", "**/metrics.jsonl")
COMPARED += ("download/**/*", "truth/**/*", "oracle_scores/**/*", "**/*manifest.json")
TWICE = {"decode", "train", "translate"}
"""Stages of so many jobs that they are looked out for twice in a run."""
TIMEOUT_SECONDS = 300.0
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


def lengths(place: Place) -> dict[str, float]:
    """Of each stage of a finished run, the seconds its shortest job took."""
    found: dict[str, float] = {}
    for note in (place.results / "benchmarks").rglob("*.tsv"):
        with note.open(encoding="utf-8", newline="") as rows:
            took = [float(row["s"]) for row in csv.DictReader(rows, delimiter="\t")]
        stage = script_of(note.relative_to(place.results / "benchmarks").parts[0])
        found[stage] = min([*took, found.get(stage, TIMEOUT_SECONDS)])
    return found


def jobs(place: Place) -> dict[int, str]:
    """ProcessGroup of this place's jobs, and their stages."""
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


Run = subprocess.Popen[bytes]
JOB, SNAKEMAKE, BOTH, GROUP = range(4)
WAYS = {
    "SIGKILL of a job": (signal.SIGKILL, JOB),
    "SIGKILL of snakemake": (signal.SIGKILL, SNAKEMAKE),
    "SIGKILL of both": (signal.SIGKILL, BOTH),
    "SIGTERM of a job": (signal.SIGTERM, JOB),
    "SIGTERM of snakemake": (signal.SIGTERM, SNAKEMAKE),
    "SIGHUP of snakemake": (signal.SIGHUP, SNAKEMAKE),
    "SIGHUP of both": (signal.SIGHUP, GROUP),
    "Ctrl-C": (signal.SIGINT, GROUP),
}


def strike(way: str, run: Run, found: dict[int, str]) -> list[str]:
    """Kill in this way; the stages of the jobs that got the signal themselves."""
    how, whom = WAYS[way]
    struck = [] if whom == SNAKEMAKE else list(found)[: 1 if whom == JOB else None]
    if whom == GROUP:
        to_all(how, run)
    else:
        send(how, *([] if whom == JOB else [run.pid]), *struck)
    return sorted({found[process] for process in struck})


@dataclass(frozen=True)
class Kill:
    """How a run was killed, the stages whose jobs ran then, those whose jobs got the signal, after how many seconds."""

    way: str
    stages: list[str]
    struck: list[str]
    seconds: float


def torment(place: Place, generator: random.Random, most: int, long: dict[str, float]) -> list[Kill]:
    """Start the same command again and again and kill it, until it is done or was killed ``most`` times.

    A kill comes while a stage runs in which this run was not yet killed, at any moment of the seconds in ``long`` that
    its jobs take. Whether jobs outlive it or not, the next run begins at once.
    """
    kills: list[Kill] = []
    ways: list[str] = []
    while len(kills) < most:
        hit = Counter(stage for kill in kills for stage in kill.stages)
        wanted = {stage: seconds for stage, seconds in long.items() if hit[stage] <= (stage in TWICE)}
        ways = ways or generator.sample(list(WAYS), len(WAYS))
        run = place.start(*TARGET, SEQKD_SAVE_SECONDS="0.1")
        try:
            kill = killed(run, place, ways[-1], wanted, generator)
            if run.wait(TIMEOUT_SECONDS) == 0:
                break
            assert kill is not None, said(place)
            kills.append(kill)
            ways.pop()
        finally:
            if run.poll() is None:  # only where a test fails
                to_all(signal.SIGKILL, run)
    return kills


def killed(run: Run, place: Place, way: str, wanted: dict[str, float], generator: random.Random) -> Kill | None:
    """Kill a run at a random moment, and again as long as that came too late; the last kill, if there was one."""
    kill, begun = None, time.monotonic()
    while found := moment(run, place, wanted, generator):
        after = round(time.monotonic() - begun, 1)
        kill = Kill(way, sorted(set(found.values())), strike(way, run, found), after)
        if WAYS[way][1] != JOB or not goes_on(run, place, found):
            break
    return kill


def goes_on(run: Run, place: Place, found: dict[int, str]) -> bool:
    """Whether further jobs begin, as they do where the one to be killed had just ended."""
    while run.poll() is None:
        if jobs(place).keys() - found.keys():
            return True
        time.sleep(0.05)
    return False


def moment(run: Run, place: Place, wanted: dict[str, float], generator: random.Random) -> dict[int, str]:
    """Wait for a random moment of a wanted stage; the jobs that run then, wanted ones first. None if the run ends."""
    while run.poll() is None:
        if new := wanted.keys() & set(jobs(place).values()):
            time.sleep(generator.uniform(0.0, min(wanted[stage] for stage in new)))  # a short one is soon over
            break
        time.sleep(0.05)
    while run.poll() is None:
        if found := jobs(place):
            return dict(sorted(found.items(), key=lambda job: job[1] not in wanted))
        time.sleep(0.02)
    return {}


def said(place: Place) -> str:
    return (place.work.parent / "run.log").read_text(encoding="utf-8", errors="replace")[-5000:]
