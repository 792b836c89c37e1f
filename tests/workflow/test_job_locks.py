import subprocess
import sys
import time
from pathlib import Path

import pytest

from seqkd.pipeline.jobs.locks import acquire_run_lock, artefact_lock
from seqkd.utils.errors import UserError

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from seqkd.pipeline.jobs.locks import artefact_lock
with artefact_lock(Path(sys.argv[1]), "key", "it"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def other(tmp_path: Path):
    """Start a process that holds the lock for some seconds."""
    started = []

    def start(seconds: float) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLDER, str(tmp_path / "lock"), str(seconds)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_second_writer_of_something_else_is_refused(other, tmp_path: Path) -> None:
    process = other(60)
    with (
        pytest.raises(UserError, match=rf"results/x: process {process.pid} of an earlier run still writes it"),
        artefact_lock(tmp_path / "lock", "another key", "results/x"),
    ):
        pass


def test_a_second_writer_of_the_same_waits(other, tmp_path: Path, capfd) -> None:
    process, start = other(1.0), time.monotonic()
    with artefact_lock(tmp_path / "lock", "key", "results/x"):
        assert time.monotonic() - start > 0.5
    assert f"waiting for process {process.pid}" in capfd.readouterr().out


def test_a_killed_process_leaves_no_lock(other, tmp_path: Path) -> None:
    process = other(60)
    process.kill()
    process.wait()
    with artefact_lock(tmp_path / "lock", "another key", "it"):
        pass


def test_one_run_at_a_time(other, tmp_path: Path) -> None:
    process = other(60)
    with pytest.raises(UserError, match=rf"Another run is working here \(process {process.pid}\)"):
        acquire_run_lock(tmp_path / "lock")
    process.kill()
    process.wait()
    acquire_run_lock(tmp_path / "lock")
