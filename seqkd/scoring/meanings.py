"""The truth about lines of a test set of the corpus ``captions``: its ``.groups`` hold each line's meaning as JSON."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from seqkd.corpus.captions import Caption, Truth
from seqkd.errors import UserError
from seqkd.files import read_lines


def truths_of(test_set: Path, places: Iterable[int] | None = None) -> Iterator[Truth]:
    """The truth about these lines (from 0) of test.groups, or about all, one after the other.

    Raises:
        UserError: a line is no meaning; names file and line.
    """
    file = test_set / "test.groups"
    meanings = read_lines(file)
    for place in range(len(meanings)) if places is None else places:
        yield _truth(file, place, meanings[place])


def _truth(file: Path, place: int, meaning: str) -> Truth:
    try:
        return Truth(Caption.from_json(meaning))
    except ValueError as error:
        raise UserError(
            f"{file}:{place + 1}: no meaning of a caption ({error}). Delete {file.parent} and run the same command "
            "again; it is then made anew."
        ) from None


def evenly(count: int, wanted: int) -> list[int]:
    """``wanted`` of ``count`` places, evenly spread, all where there are fewer."""
    places: list[int] = np.unique(np.linspace(0, count - 1, min(count, wanted)).astype(int)).tolist()
    return places
