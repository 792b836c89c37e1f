"""A finished job's state stays until its outputs are safe from Snakemake, which deletes those of a killed job."""

import os
import time
from pathlib import Path

import pytest

from seqkd.pipeline.jobs.state import FINISHED, MIN_AGE, create, delete_finished, mark_finished, remove_if_empty


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A finished job's state with something in it, marked just now; its manifest is there."""
    state = tmp_path / "states" / "one"
    state.mkdir(parents=True)
    (state / "training.safetensors").write_text("weights")
    (tmp_path / "manifest.json").write_text("{}")
    mark_finished(state, tmp_path / "manifest.json")
    return state


def aged(state: Path, seconds: float) -> None:
    os.utime(state / FINISHED, (time.time() - seconds,) * 2)


def test_it_stays_for_a_moment_and_then_goes(state: Path) -> None:
    delete_finished(state.parent)
    assert state.exists()
    aged(state, MIN_AGE + 1)
    delete_finished(state.parent)
    assert not state.exists()


def test_it_stays_where_the_outputs_were_deleted(state: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").unlink()
    aged(state, 1000)
    delete_finished(state.parent, min_age=0)
    assert (state / "training.safetensors").exists()


def test_the_end_of_a_run_waits_for_no_moment(state: Path) -> None:
    delete_finished(state.parent, min_age=0)
    assert not state.exists()


def test_a_clock_that_went_back_keeps_no_state_for_good(state: Path) -> None:
    aged(state, -1000)
    delete_finished(state.parent)
    assert state.exists() and (state / FINISHED).stat().st_mtime <= time.time()
    aged(state, -1000)
    delete_finished(state.parent, min_age=0)
    assert not state.exists()


def test_a_state_that_holds_nothing_goes_with_its_job_or_the_run(tmp_path: Path) -> None:
    for name in ("failed", "killed", "unfinished"):
        create(tmp_path / name, tmp_path / "manifest.json", {})
    (tmp_path / "unfinished/training.safetensors").write_text("weights")
    remove_if_empty(tmp_path / "failed")
    delete_finished(tmp_path)
    assert {state.name for state in tmp_path.iterdir()} == {"killed", "unfinished"}
    delete_finished(tmp_path, min_age=0)
    assert {state.name for state in tmp_path.iterdir()} == {"unfinished"}


def test_the_state_of_a_job_that_goes_on_stays(tmp_path: Path) -> None:
    (tmp_path / "going-on").mkdir()
    delete_finished(tmp_path, min_age=0)
    assert (tmp_path / "going-on").exists()


def test_an_empty_state_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    mark_finished(tmp_path / "empty", tmp_path / "manifest.json")
    assert not (tmp_path / "empty").exists()
