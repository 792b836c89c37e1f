"""A run that is killed again and again, in every stage and in every way, ends as an undisturbed one."""

import random
from dataclasses import asdict

import pytest
from kills import TARGET, differences, jobs, lengths, said, torment

RUNS = [pytest.param("web", 1, 8)]
RUNS += [
    pytest.param(experiment, seed, most, marks=pytest.mark.faults_all)
    for experiment, most, seeds in [("captions", 20, (2, 3, 4)), ("web", 16, (5, 6))]
    for seed in seeds
]
"""Experiment, seed, and how often a run is killed at most."""


@pytest.mark.parametrize(("experiment", "seed", "most"), RUNS)
def test_a_killed_run_ends_as_an_undisturbed_one(
    experiment: str, seed: int, most: int, prepared, undisturbed, seconds, record_property
) -> None:
    expected, place = undisturbed(experiment), prepared(experiment)
    kills = torment(place, random.Random(seed), most, lengths(expected))
    record_property("kills", [asdict(kill) for kill in kills])
    record_property("undisturbed", {experiment: seconds[experiment]})
    assert len(kills) >= most // 3
    done = place.snakemake(*TARGET)
    assert done.returncode == 0, done.stdout + done.stderr
    assert differences(expected, place) == [], said(place)
    assert jobs(place) == {}
    assert not list(place.results.rglob("*.part"))
    assert {file.name for file in (place.results / ".state").iterdir() if file.is_dir()} == {"locks"}
    assert place.dry_run() == set()
