"""Jobs in several processes, as a profile asks for them: same results, killed, hanging and stopped ones."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from workflow_place import Place, new

from seqkd.pipeline.jobs.context import Job
from seqkd.pipeline.jobs.distributed import LOST_CONTACT, describe_failure, to_json

MODEL = "results/teachers/base/1/manifest.json"
IN_TWO = ["--set-threads", "train_teacher=2", "decode=2", "--set-resources"]
IN_TWO += ["train_teacher:processes=2", "decode:processes=2"]
QUICK = {"SEQKD_SAVE_SECONDS": "0", "TORCH_ELASTIC_SHUTDOWN_TIMEOUT": "5"}
LONG = 300
"""Seconds after which a run surely hangs, on a busy machine too."""


def start(place: Place, *targets: str, patience: int = 600) -> "subprocess.Popen[str]":
    command = place.command(*targets, "--cores", "2", *IN_TWO)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "SEQKD_DIST_TIMEOUT": str(patience)} | QUICK
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=place.work, env=environment, start_new_session=True, **told)


def ranks(place: Place) -> dict[int, int]:
    """The processes that train a teacher here, by their rank."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command, said = ((entry / name).read_bytes().decode(errors="replace") for name in ("cmdline", "environ"))
            here = (entry / "cwd").readlink() == place.work
        except OSError:
            continue
        if here and "workflow/scripts/train.py" in command and (rank := re.search(r"\0RANK=(\d+)", said)):
            found[int(rank[1])] = int(entry.name)
    return found


def job_of(found: dict[int, int]) -> int:
    """The job's process, which has started these."""
    statuses = [(Path("/proc") / str(pid) / "status").read_text() for pid in found.values()]
    (parent,) = {int(re.findall(r"PPid:\s+(\d+)", status)[0]) for status in statuses}
    return parent


def wait_for(what, seconds: float = LONG):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def training(place: Place) -> dict[int, int]:
    """The processes, once they have saved a state."""
    wait_for(lambda: list((place.work / "results/.state").glob("*/training.safetensors")))
    return ranks(place)


@pytest.fixture
def long(tmp_path: Path) -> Place:
    """A place whose teacher trains for some seconds."""
    place = new(tmp_path)
    place.edit_config(lambda content: content["teachers"]["base"].update(updates=500))
    return place


def log(place: Place) -> str:
    return (place.work / "results/logs/train_teacher/base/1.log").read_text()


def goes_on(place: Place) -> None:
    """The same command ends well, from where the training stood."""
    run = start(place, MODEL)
    said, _ = run.communicate(timeout=LONG)
    assert run.returncode == 0, said
    reached = re.search(r"resuming from update (\d+)", log(place))
    assert reached and 0 < int(reached[1]) < 500
    assert not ranks(place)


@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_process_ends_the_job_with_one_message_and_the_next_run_goes_on(long, rank):
    run = start(long, MODEL)
    os.kill(training(long)[rank], signal.SIGKILL)
    said, _ = run.communicate(timeout=LONG)
    assert run.returncode == 1
    told = [line for line in said.splitlines() if line.startswith("train_teacher: ")]
    assert told == [
        f"train_teacher: process {rank + 1} of 2 was killed by SIGKILL; all processes were stopped. "
        "Saved state is kept: run the same command again to resume."
    ], said
    assert not ranks(long)
    goes_on(long)


def test_a_process_that_hangs_ends_the_job_too(long):
    run = start(long, MODEL, patience=20)
    os.kill(training(long)[1], signal.SIGSTOP)
    said, _ = run.communicate(timeout=LONG)
    assert run.returncode == 1
    assert "train_teacher: process 1 of 2 lost contact with the other processes" in said, said
    assert not ranks(long)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGUSR1])
def test_a_job_that_is_asked_to_stop_saves_at_one_update(long, how):
    run = start(long, MODEL)
    os.kill(job_of(training(long)), how)
    said, _ = run.communicate(timeout=LONG)
    assert run.returncode == 1 and "Traceback" not in said
    assert re.search(rf"stopped by signal {int(how)} at update \d+", log(long)), log(long)
    goes_on(long)


def test_processes_whose_job_is_killed_end_by_themselves(long):
    run = start(long, MODEL)
    os.kill(job_of(training(long)), signal.SIGKILL)
    run.communicate(timeout=LONG)
    wait_for(lambda: not ranks(long))
    goes_on(long)


TARGETS = "results/targets/base/1/seq-kd/manifest.json"


def test_switching_to_several_processes_reruns_nothing_and_decodes_the_same(place, tmp_path_factory):
    """``place`` was made by one process a job; what is made of its teacher in two is the same to the byte."""
    for arguments in ((), IN_TWO):
        assert place.dry_run("results/report.html", *arguments) == set()
    shards = sorted((place.work / "results/decode/base/1/beam").glob("*.jsonl"))
    before = {path: path.read_bytes() for path in shards}
    for path in [*(place.work / "results/decode/base/1/beam").iterdir(), place.work / TARGETS]:
        path.unlink()
    run = start(place, TARGETS)
    said, _ = run.communicate(timeout=LONG)
    assert run.returncode == 0, said
    assert before and {path: path.read_bytes() for path in shards} == before
    assert "2 processes: cpu, cpu" in next((place.work / "results/logs/decode").rglob("beam/00000.log")).read_text()
    assert place.dry_run("results/report.html") == set()


def test_too_many_processes_are_refused(long):
    done = long.snakemake(MODEL, "--cores", "1", "--set-resources", "train_teacher:processes=2")
    assert done.returncode == 1
    assert "train_teacher: Profile: 2 processes need 2 cores, the job has 1." in done.stdout + done.stderr


ENDS = """
import atexit, os, sys
from pathlib import Path
from seqkd.utils.errors import UserError
from seqkd.pipeline.jobs.distributed import run_worker

def work(job):
    {work}

atexit.register(os.abort)  # as threads of torch's do now and then
run_worker(work, Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("work", "status", "left"),
    [
        ("return {'updates': 3}", 0, {"stats": {"updates": 3}}),
        ("raise UserError('no such file')", 1, {"user_error": "no such file"}),
        ("raise SystemExit(143)", 143, None),
        ("raise ValueError('a bug')", 1, None),
    ],
)
def test_a_process_ends_with_its_own_status_whatever_the_interpreter_would_do(tmp_path, work, status, left):
    job = Job("decode", {}, {}, {}, [], tmp_path, {}, tmp_path, devices=("cpu", "cpu"))
    (tmp_path / "worker-job.json").write_text(json.dumps(to_json(job)))
    command = [sys.executable, "-c", ENDS.format(work=work), str(tmp_path / "worker-job.json")]
    done = subprocess.run(command, env=os.environ | {"RANK": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    report = tmp_path / "rank-1.json"
    assert (json.loads(report.read_text()) if report.exists() else None) == left
    assert ("ValueError: a bug" in done.stderr) == ("a bug" in work)


def failure(rank: int, status: int, at: int = 0) -> SimpleNamespace:
    return SimpleNamespace(local_rank=rank, exitcode=status, timestamp=at)


FAILURES = [
    ([failure(0, LOST_CONTACT), failure(1, -9)], "process 2 of 2 was killed by SIGKILL"),
    ([failure(0, -9), failure(1, 143)], "process 1 of 2 was killed by SIGKILL"),
    ([failure(0, -15), failure(1, 1)], r"process 2 of 2 failed with status 1 \(see the log\)"),
    ([failure(0, 1, at=5), failure(1, -9, at=6)], "process 2 of 2 was killed by SIGKILL"),
    ([failure(0, 1, at=6), failure(1, 2, at=5)], "process 2 of 2 failed with status 2"),
    ([failure(0, LOST_CONTACT, at=5), failure(1, -9, at=36)], "process 1 of 2 lost contact with the other processes"),
    ([failure(0, LOST_CONTACT), failure(1, LOST_CONTACT)], "process 1 of 2 lost contact with the other processes"),
]


@pytest.mark.parametrize(("failures", "words"), FAILURES)
def test_the_one_that_took_the_others_with_it_is_named(failures, words):
    assert re.match(words, describe_failure(failures, 2))
