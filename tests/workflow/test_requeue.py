"""A job on SLURM whose time runs out, with a SLURM of three shell scripts; tests/slurm does it with a real one."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from seqkd.pipeline.slurm import requeue
from seqkd.pipeline.slurm.requeue import ATTEMPTS, OutOfTime, parse_time, requeue_on_timeout, time_left
from seqkd.utils.errors import UserError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch):
    """Puts programs in front of the PATH; what they are called with goes to ``calls``."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv(requeue.SLURM_JOB, "17")
    monkeypatch.setattr(requeue, "TIMEOUT_SECONDS", 0.0)

    def program(name: str, body: str) -> Path:
        file = folder / name
        file.write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/calls\n{body}\n')
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return tmp_path / "calls"

    return program


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    return tmp_path / "state"


@pytest.fixture
def requeued(monkeypatch) -> list[str]:
    """The jobs that went back into the queue, instead of their end."""
    jobs: list[str] = []
    monkeypatch.setattr(requeue, "_requeue", jobs.append)
    monkeypatch.setenv(requeue.SLURM_JOB, "17")
    return jobs


TIMES = [("03:04", 184), ("0:05", 5), ("02:03:04", 7384), ("1-02:03:04", 93784), ("UNLIMITED", float("inf"))]


@pytest.mark.parametrize(("text", "expected"), [*TIMES, ("INVALID", None), ("NOT_SET", None), ("", None)])
def test_times_as_slurm_writes_them(text: str, expected: float | None) -> None:
    assert parse_time(text) == expected


def test_time_left_is_asked_of_the_queue(slurm) -> None:
    calls = slurm("squeue", "echo 1-00:00:10")
    assert time_left("17") == 86410
    assert calls.read_text() == "squeue --noheader --format=%L --jobs=17\n"
    slurm("squeue", "exit 1")
    assert time_left("17") is None


def attempt(state: Path, *, saves: bool, end: BaseException) -> None:
    with requeue_on_timeout(state):
        if saves:
            (state / "training").write_text((state / "training").read_text() + "x" if any(state.iterdir()) else "x")
        raise end


STOPPED = SystemExit(128 + signal.SIGUSR1)
"""How a training ends that was asked to save."""


@pytest.mark.parametrize("end", [STOPPED, OutOfTime()], ids=["training", "other"])
def test_a_job_that_saved_goes_back_into_the_queue(state: Path, requeued: list[str], end: BaseException) -> None:
    for _ in range(10):
        attempt(state, saves=True, end=end)
    assert requeued == ["17"] * 10


def test_it_ends_after_three_attempts_that_saved_nothing_new(state: Path, requeued: list[str]) -> None:
    attempt(state, saves=True, end=STOPPED)
    attempt(state, saves=False, end=STOPPED)
    attempt(state, saves=False, end=STOPPED)
    attempt(state, saves=True, end=STOPPED)
    attempt(state, saves=False, end=STOPPED)
    attempt(state, saves=False, end=STOPPED)
    assert len(requeued) == 6
    with pytest.raises(UserError, match=r"reached 3 times in a row with nothing new saved.*runtime in the profile"):
        attempt(state, saves=False, end=STOPPED)
    assert len(requeued) == 6
    assert not (state / ATTEMPTS).exists()  # the next attempt counts from scratch


def test_a_job_with_nothing_to_resume_from_fails_at_once(state: Path, requeued: list[str]) -> None:
    with pytest.raises(UserError, match="nothing saved to resume from"):
        attempt(state, saves=False, end=OutOfTime())
    assert requeued == []


@pytest.mark.parametrize("end", [SystemExit(128 + signal.SIGTERM), SystemExit(1), ValueError()], ids=repr)
def test_other_ends_are_what_they_are(state: Path, requeued: list[str], end: BaseException) -> None:
    """scancel and preemption send SIGTERM: whether the job comes back is SLURM's to say."""
    with pytest.raises(type(end)):
        attempt(state, saves=True, end=end)
    assert requeued == []


def test_a_run_inside_of_a_job_is_not_requeued(state: Path, requeued: list[str], monkeypatch) -> None:
    monkeypatch.delenv(requeue.SLURM_JOB)
    with pytest.raises(SystemExit):
        attempt(state, saves=True, end=STOPPED)
    assert requeued == []


def test_slurms_refusal_is_reported(slurm, state: Path) -> None:
    calls = slurm("scontrol", "echo 'Requested operation is presently disabled' >&2; exit 1")
    with pytest.raises(UserError, match=r"did not requeue the job.*presently disabled.*all is saved"):
        attempt(state, saves=True, end=STOPPED)
    assert calls.read_text() == "scontrol requeue 17\n"


def test_a_training_is_warned_in_time_saves_and_is_requeued(slurm, tmp_path: Path) -> None:
    """Of 3 seconds it is asked when half are left; the controller is away at first."""
    calls = slurm("scontrol", "kill $PPID")
    slurm("squeue", f"case $(grep -c squeue {calls}) in 1) exit 1;; 2) echo 0:03;; *) echo 0:01;; esac")
    script = """
        import time
        from pathlib import Path
        from seqkd.training.signals import catch_signals
        from seqkd.pipeline.slurm import requeue
        requeue.TIMEOUT_SECONDS, requeue.LEAD_FRACTION = 0.2, 0.5
        requeue.signal_before_timeout()
        with requeue.requeue_on_timeout(Path("state")):
            with catch_signals() as stop:
                while not stop.signal:
                    time.sleep(0.01)
            Path("state/training").write_text("saved")
            raise SystemExit(128 + stop.signal)
    """
    (tmp_path / "state").mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=tmp_path, env=environment, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGTERM
    assert (tmp_path / "state" / ATTEMPTS).read_text().strip() == "0"
    assert calls.read_text().splitlines()[-1] == "scontrol requeue 17"
