"""SLURM jobs of a killed run, with a SLURM of shell scripts; tests/slurm does it with a real one."""

import os
from pathlib import Path

import pytest

from seqkd.pipeline.slurm.orphaned_jobs import cancel_orphaned_jobs, orphaned_jobs
from seqkd.utils.errors import UserError

RUN = "0a1b2c3d-1111-2222-3333-0123456789ab"


@pytest.fixture
def queue(tmp_path: Path, monkeypatch) -> Path:
    """A file that squeue shows; scancel takes the jobs out of it that it is given."""
    (tmp_path / "bin").mkdir()
    queue = tmp_path / "queue"
    squeue, scancel = tmp_path / "bin/squeue", tmp_path / "bin/scancel"
    squeue.write_text(f"#!/bin/sh\ncat {queue}\n")
    scancel.write_text(f'#!/bin/sh\nfor job; do sed -i "/^$job /d" {queue}; done\n')
    for program in (squeue, scancel):
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    here = tmp_path / "a run"
    here.mkdir()
    monkeypatch.chdir(here)
    queue.write_text(
        f"1 {RUN} {here}\n"
        f"2 {RUN} {tmp_path}\n"
        f"3 jupyter {here}\n"
        f"4 mine_{RUN} {here}\n"  # slurm-jobname-prefix
        f"5 a name {RUN} {here}\n"
    )
    return queue


def test_jobs_of_this_folder_and_of_snakemake_alone(queue: Path) -> None:
    assert orphaned_jobs() == ["1", "4"]


def test_they_are_cancelled_and_waited_for(queue: Path, capsys) -> None:
    cancel_orphaned_jobs()
    assert [line[0] for line in queue.read_text().splitlines()] == ["2", "3", "5"]
    assert capsys.readouterr().err.startswith("SLURM jobs left by an earlier run: 2. Cancelling them;")


def test_jobs_that_do_not_end_stop_the_run(queue: Path, tmp_path: Path) -> None:
    (tmp_path / "bin/scancel").write_text("#!/bin/sh\n")
    with pytest.raises(UserError, match="SLURM jobs 1 4 of an earlier run do not end"):
        cancel_orphaned_jobs(timeout=0)


@pytest.mark.parametrize("squeue", ["exit 1", None], ids=["a controller that is away", "no SLURM"])
def test_without_slurm_there_is_nothing_to_do(queue: Path, tmp_path: Path, monkeypatch, squeue: str | None) -> None:
    if squeue is None:
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        (tmp_path / "bin/squeue").write_text(f"#!/bin/sh\n{squeue}\n")
    cancel_orphaned_jobs()
