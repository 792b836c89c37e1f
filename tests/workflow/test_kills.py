"""A run killed again and again at random moments ends with the same weights, translations and scores."""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from workflow_place import Place, new

COMPARED = ("students/**/*.safetensors", "teachers/**/*.safetensors", "pruned/**/*.safetensors")
COMPARED += (
    "decode/**/*.jsonl",
    "targets/**/*",
    "scores/**/*.txt",
    "scores/**/*.json",
    "scores.csv",
    "**/metrics.jsonl",
)


def artefacts(place: Place) -> dict[str, bytes]:
    results = place.work / "results"
    files = {file for pattern in COMPARED for file in results.glob(pattern) if file.is_file()}
    return {file.relative_to(results).as_posix(): file.read_bytes() for file in files}


def start(place: Place) -> subprocess.Popen[bytes]:
    """The README's command, in a process group of its own as in a terminal."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(place.clone / "Snakefile")]
    command += [
        "--configfile",
        str(place.config),
        "--directory",
        str(place.work),
        "results/report.html",
        "--cores",
        "2",
    ]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "SEQKD_SAVE_SECONDS": "0"}
    return subprocess.Popen(
        command,
        cwd=place.clone,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def jobs(place: Place) -> list[int]:
    """Processes of this place's jobs."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if re.search(re.escape(str(place.work)) + r"/\.snakemake/scripts/", command):
            found.append(int(entry.name))
    return found


def kill(pid: int, how: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)


def kill_a_job(run: subprocess.Popen[bytes], place: Place) -> None:
    for pid in jobs(place)[:1]:
        kill(pid, signal.SIGKILL)


def kill_the_driver(run: subprocess.Popen[bytes], place: Place) -> None:
    """Its jobs go on as orphans, and the next run begins beside them."""
    kill(run.pid, signal.SIGKILL)


def kill_everything(run: subprocess.Popen[bytes], place: Place) -> None:
    kill(run.pid, signal.SIGKILL)
    for pid in jobs(place):
        kill(pid, signal.SIGKILL)


def press_control_c(run: subprocess.Popen[bytes], place: Place) -> None:
    if run.poll() is None:
        os.killpg(run.pid, signal.SIGINT)


WAYS: list[Callable[[subprocess.Popen[bytes], Place], None]] = [
    *(kill_everything, kill_a_job, press_control_c, kill_the_driver),
]


def test_a_run_killed_at_random_moments_ends_as_an_undisturbed_one(finished: Place, tmp_path: Path) -> None:
    place, generator = new(tmp_path), random.Random(5)
    kills = 0
    for way in WAYS * 2:
        run = start(place)
        time.sleep(generator.uniform(4.0, 9.0))
        if run.poll() is None:
            way(run, place)
            kills += 1
        run.wait(120)
    done = place.snakemake("results/report.html", "--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert kills >= 4
    expected, found = artefacts(finished), artefacts(place)
    assert expected.keys() == found.keys()
    assert [name for name in expected if expected[name] != found[name]] == []
    assert not list((place.work / "results").rglob("*.part"))
