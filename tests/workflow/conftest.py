"""One finished toy run, shared by all tests of the workflow."""

from pathlib import Path

import pytest
from workflow_place import Place, copy, new


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Place:
    """The toy experiment, run from its text to its report."""
    place = new(tmp_path_factory.mktemp("finished"))
    done = place.snakemake("results/report.html", "--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.fixture
def place(finished: Place, tmp_path: Path) -> Place:
    """A copy of the finished run, to be edited."""
    return copy(finished, tmp_path)
