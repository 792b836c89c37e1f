"""Sentences of a test set: its two sides, and which ones are taken where not all are."""

from pathlib import Path

import numpy as np

from seqkd.utils.errors import UserError
from seqkd.utils.files import read_lines


def read_sides(test_set: Path) -> tuple[list[str], list[str]]:
    """Sources and references of a test set.

    Raises:
        UserError: they differ in length.
    """
    sources, references = read_lines(test_set / "test.src"), read_lines(test_set / "test.tgt")
    if len(sources) != len(references):
        raise UserError(
            f"{test_set}: {len(sources)} source but {len(references)} target lines. Delete the folder and run again."
        )
    return sources, references


def evenly_spaced(count: int, limit: int) -> list[int]:
    """At most ``limit`` of ``count`` indices, evenly spaced, the first and the last included."""
    indices: list[int] = np.unique(np.linspace(0, count - 1, min(count, limit)).astype(int)).tolist()
    return indices
