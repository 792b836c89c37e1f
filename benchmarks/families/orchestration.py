"""What Snakemake, Python and torch cost on top of the jobs' own work, from a results folder of a finished run.

Each job's time stands in ``results/benchmarks/**.tsv``, and the file's date says when it ended. On top are the start-up
of Python and torch in each job, measured here, and the time in which no job ran at all.
"""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.rows import Row, missing, single
from benchmarks.turns import ROOT

NAME, PEER, UNIT = "orchestration of a run", "the jobs' own work", "core seconds"
TARGET = 1 / 1.1
START = "import torch, numpy, sentencepiece, pydantic"


@dataclass(frozen=True)
class JobTime:
    """One job: when it began and ended, in seconds since 1970."""

    start: float
    end: float


def rows(bench: Bench) -> list[Row]:
    """One row, of the folder given by --results."""
    if bench.results is None:
        return [missing("orchestration", NAME, PEER, UNIT, TARGET, "no results folder was given (--results)")]
    jobs = read_jobs(bench.results)
    if not jobs:
        return [missing("orchestration", NAME, PEER, UNIT, TARGET, f"{bench.results}: no benchmarks/**.tsv")]
    starts = [start_up() for _ in range(bench.effort.repeats)]
    start = statistics.median(starts)
    begun = began(bench.results, jobs)
    work, top = parts(jobs, start, begun)
    wall = max(job.end for job in jobs) - begun
    note = (
        f"{len(jobs)} jobs, {wall:.0f} s from the start of Snakemake to the end of the last job; start-up of a job "
        f"{start:.2f} s; on top of the work {100 * top / work:.1f} %"
    )
    own, less = round(work + top, 1), round(work, 1)
    return [single("orchestration", NAME, PEER, UNIT, own, less, "less", target=TARGET, ours_raw=starts, note=note)]


def read_jobs(results: Path) -> list[JobTime]:
    """The jobs of a run, in the order of their starts. A copy must have kept the files' dates."""
    found = []
    for file in (results / "benchmarks").rglob("*.tsv"):
        seconds = float(file.read_text(encoding="utf-8").splitlines()[1].split("\t")[0])
        end = file.stat().st_mtime
        found.append(JobTime(end - seconds, end))
    return sorted(found, key=lambda job: job.start)


def parts(jobs: list[JobTime], start_up: float, begun: float) -> tuple[float, float]:
    """Seconds of the jobs' own work, and seconds on top: start-ups, and the time without any job since ``begun``."""
    work = sum(max(0.0, job.end - job.start - start_up) for job in jobs)
    idle, reached = 0.0, begun
    for job in jobs:
        idle += max(0.0, job.start - reached)
        reached = max(reached, job.end)
    return work, start_up * len(jobs) + idle


def began(results: Path, jobs: list[JobTime]) -> float:
    """When the run's Snakemake started, by its log's name; the first job's start where there is no log."""
    stamps = []
    for log in (results.parent / ".snakemake" / "log").glob("*.snakemake.log"):
        day_and_time = log.name.split(".")[0]
        stamps.append(time.mktime(time.strptime(day_and_time, "%Y-%m-%dT%H%M%S")))
    before = [stamp for stamp in stamps if stamp <= jobs[0].start]
    return max(before, default=jobs[0].start)


def start_up() -> float:
    """Seconds that Python and the libraries of a job take to start."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", START], check=True, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"})
    return time.perf_counter() - begin
