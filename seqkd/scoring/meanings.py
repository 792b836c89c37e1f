"""The truth about lines of a test set of the corpus ``captions``: its ``.groups`` hold each line's meaning as JSON."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from seqkd.corpus.captions import Caption, Truth
from seqkd.utils.errors import UserError
from seqkd.utils.files import read_lines


def truths_of(test_set: Path, lines: Iterable[int] | None = None) -> Iterator[Truth]:
    """The truth about these lines (from 0) of test.groups, or about all, one after the other.

    Raises:
        UserError: a line is no meaning; names file and line.
    """
    file = test_set / "test.groups"
    meanings = read_lines(file)
    for line in range(len(meanings)) if lines is None else lines:
        yield _truth(file, line, meanings[line])


def _truth(file: Path, line: int, meaning: str) -> Truth:
    try:
        return Truth(Caption.from_json(meaning))
    except ValueError as error:
        raise UserError(
            f"{file}:{line + 1}: no meaning of a caption ({error}). Delete {file.parent} and run the same command "
            "again, which makes it again."
        ) from None
