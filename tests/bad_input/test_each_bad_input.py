"""Every bad input of the tables: one clear line in bounded time, or handled; and nothing left behind or let out."""

import os
import resource
from pathlib import Path

import pytest
from archives import ARCHIVES
from cases import Case, try_out
from custom_losses import OWN_LOSSES
from downloads import DOWNLOADS
from models import MODELS
from texts import TEXTS

from configs import CONFIGS

TABLES = {
    "configs": CONFIGS,
    "texts": TEXTS,
    "packages, databases and local copies": ARCHIVES,
    "servers": DOWNLOADS,
    "models and tokenizers": MODELS,
    "objectives of one's own": OWN_LOSSES,
}
"""Every table by its name in README.md."""
ALL = [pytest.param(case, id=f"{kind.split()[0]}-{case.name[:50]}") for kind, table in TABLES.items() for case in table]
MEGABYTES = 600
"""What a case may add to this process at most; the largest inputs are some ten megabytes."""


def test_names_are_told_once() -> None:
    for table in TABLES.values():
        names = [case.name for case in table]
        assert len(set(names)) == len(names), {name for name in names if names.count(name) > 1}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("case", ALL)
def test_a_bad_input(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("SEQKD_DATA", raising=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try_out(case, folder)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024
    names = {Path(top) / name for top, folders, files in os.walk(tmp_path) for name in [*folders, *files]}
    assert not [path for path in names if path.name.endswith(".part") and path.parent.name != "state"]
    assert not [path for path in names if "pwned" in path.name]
    assert {path.name for path in tmp_path.iterdir()} <= {"run", "outside.py"}  # the latter is what a case reads
