"""Text files line by line, for corpora larger than memory; small files are read and written by
``seqkd.utils.files``."""

from collections.abc import Iterator
from pathlib import Path

from seqkd.utils.errors import UserError


def iter_lines(path: Path) -> Iterator[str]:
    """Lines of a UTF-8 file without their ends, split only at ``\\n``."""
    with path.open(encoding="utf-8", newline="\n") as handle:
        for line in handle:
            yield line.removesuffix("\n")


class SequentialLines:
    """Lines of a text file by index, from 0; indices must not decrease: ``forward[17]``."""

    def __init__(self, path: Path) -> None:
        self._path, self._lines = path, iter_lines(path)
        self._index, self._line = -1, ""

    def __getitem__(self, index: int) -> str:
        """The line at ``index``, which is at least the previous index.

        Raises:
            UserError: the file has fewer lines.
        """
        assert index >= max(0, self._index), "lines can only be read forwards"
        while self._index < index:
            try:
                self._line = next(self._lines)
            except StopIteration:
                raise UserError(
                    f"{self._path}: line {index + 1} is needed, but it has {self._index + 1}. "
                    "Delete the folder and run again."
                ) from None
            self._index += 1
        return self._line
