"""Text files line by line, for corpora that no memory holds; what fits is read and written by ``seqkd.files``."""

from collections.abc import Iterator
from pathlib import Path

from seqkd.errors import UserError


def lines(path: Path) -> Iterator[str]:
    """Lines of a UTF-8 file without their ends, split at ``\\n`` alone."""
    with path.open(encoding="utf-8", newline="\n") as handle:
        for line in handle:
            yield line.removesuffix("\n")


class ForwardLines:
    """A text file of which lines are asked for in an order that never falls: ``forward[17]``, counted from 0."""

    def __init__(self, path: Path) -> None:
        self._path, self._lines = path, lines(path)
        self._number, self._text = -1, ""

    def __getitem__(self, number: int) -> str:
        """A line; the last one asked for, or a later one.

        Raises:
            UserError: the file has fewer lines.
        """
        assert number >= max(0, self._number), "lines are read forward alone"
        while self._number < number:
            try:
                self._text = next(self._lines)
            except StopIteration:
                raise UserError(
                    f"{self._path}: line {number + 1} is needed, but it has {self._number + 1}. "
                    "Delete the folder and run again."
                ) from None
            self._number += 1
        return self._text
