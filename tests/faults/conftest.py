"""Two small experiments that together have every stage, each run once without any disturbance."""

import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from experiments import Server, from_the_web, of_captions, served
from workflow_place import Place, copy, new

Places = Callable[[str], Place]


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="session")
def prepared(server: Server, tmp_path_factory) -> Places:
    """Make a place for ``web`` or ``captions`` in which nothing has run."""
    changes = {"captions": of_captions, "web": from_the_web(server)}

    def prepare(experiment: str) -> Place:
        place = new(tmp_path_factory.mktemp(experiment))
        place.edit_config(changes[experiment])
        return place

    return prepare


@pytest.fixture(scope="session")
def seconds() -> dict[str, float]:
    """Of each experiment that was run undisturbed, how long that took."""
    return {}


@pytest.fixture(scope="session")
def undisturbed(prepared: Places, seconds: dict[str, float]) -> Places:
    """The place of an experiment that was run from its text to its report."""

    @cache
    def undisturbed(experiment: str) -> Place:
        place, begun = prepared(experiment), time.monotonic()
        done = place.snakemake("results/report.html", "--cores", "2")
        assert done.returncode == 0, done.stdout + done.stderr
        seconds[experiment] = round(time.monotonic() - begun, 1)
        return place

    return undisturbed


@pytest.fixture(scope="session")
def finished(undisturbed: Places) -> Place:
    """The smaller of the two, in the place of the toy run that other tests share."""
    return undisturbed("web")


@pytest.fixture
def place(finished: Place, tmp_path: Path) -> Place:
    """A copy of it, to be harmed."""
    return copy(finished, tmp_path)
