"""Overhead of Snakemake, Python and torch on top of the jobs' work, from the results of a finished run.

The time of each job is in ``results/benchmarks/**.tsv``, and the date of that file is when the job ended. The overhead
is the start-up of Python and torch in each job, measured here, and the time during which no job ran.
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
    """Start and end of a job, in seconds since 1970."""

    start: float
    end: float


def rows(bench: Bench) -> list[Row]:
    """One row, for the folder given by --results."""
    if bench.results is None:
        return [missing("orchestration", NAME, PEER, UNIT, TARGET, "no results folder was given (--results)")]
    jobs = read_jobs(bench.results)
    if not jobs:
        return [missing("orchestration", NAME, PEER, UNIT, TARGET, f"{bench.results}: no benchmarks/**.tsv")]
    starts = [start_up() for _ in range(bench.effort.repeats)]
    start = statistics.median(starts)
    run_start = started_at(bench.results, jobs)
    work, overhead = work_and_overhead(jobs, start, run_start)
    wall = max(job.end for job in jobs) - run_start
    note = (
        f"{len(jobs)} jobs, {wall:.0f} s from the start of Snakemake to the end of the last job; start-up of a job "
        f"{start:.2f} s; on top of the work {100 * overhead / work:.1f} %"
    )
    total, work = round(work + overhead, 1), round(work, 1)
    return [single("orchestration", NAME, PEER, UNIT, total, work, "less", target=TARGET, ours_raw=starts, note=note)]


def read_jobs(results: Path) -> list[JobTime]:
    """The jobs of a run, by start time. A copied run must have kept the dates of its files."""
    jobs = []
    for file in (results / "benchmarks").rglob("*.tsv"):
        seconds = float(file.read_text(encoding="utf-8").splitlines()[1].split("\t")[0])
        end = file.stat().st_mtime
        jobs.append(JobTime(end - seconds, end))
    return sorted(jobs, key=lambda job: job.start)


def work_and_overhead(jobs: list[JobTime], start_up: float, run_start: float) -> tuple[float, float]:
    """Seconds of the jobs' work, and of overhead: start-ups, and the time without any job since ``run_start``."""
    work = sum(max(0.0, job.end - job.start - start_up) for job in jobs)
    idle, covered_until = 0.0, run_start
    for job in jobs:
        idle += max(0.0, job.start - covered_until)
        covered_until = max(covered_until, job.end)
    return work, start_up * len(jobs) + idle


def started_at(results: Path, jobs: list[JobTime]) -> float:
    """When Snakemake started, by the name of its log; the start of the first job if there is no log."""
    stamps = []
    for log in (results.parent / ".snakemake" / "log").glob("*.snakemake.log"):
        timestamp = log.name.split(".")[0]
        stamps.append(time.mktime(time.strptime(timestamp, "%Y-%m-%dT%H%M%S")))
    before = [stamp for stamp in stamps if stamp <= jobs[0].start]
    return max(before, default=jobs[0].start)


def start_up() -> float:
    """Seconds that starting Python and importing a job's libraries takes."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", START], check=True, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"})
    return time.perf_counter() - begin
