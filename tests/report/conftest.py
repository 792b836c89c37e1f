"""Invented results folders, made once for all tests of the page."""

import shutil
from pathlib import Path
from typing import Any

import example_results
import pytest
from page_reader import SETTINGS

from seqkd.report.make import make_report


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The complete folder, rendered once; tests that change it copy it."""
    results = tmp_path_factory.mktemp("results")
    systems = example_results.build(results)
    make_report(SETTINGS, example_results.config(), results, systems)
    return results, systems


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """Fewer systems and sentences, not rendered."""
    results = tmp_path_factory.mktemp("small")
    return results, example_results.build(results, sentences=120, only=["base", "baseline", "word-kd"])


@pytest.fixture
def copied(small: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> tuple[Path, list[dict[str, Any]]]:
    """A copy of the small folder that a test may damage."""
    shutil.copytree(small[0], tmp_path / "results")
    return tmp_path / "results", small[1]
