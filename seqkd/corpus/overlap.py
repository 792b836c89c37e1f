"""Which sentences of a test set the training set holds."""

from collections.abc import Iterator
from pathlib import Path


def overlapping(test_set: Path, corpus: Path) -> list[bool]:
    """For each pair of ``test_set/test.*`` whether its source is a source of ``corpus/train.*`` or its target a target.

    Memory grows with the test set alone.
    """
    hits = [_occurs(test_set / f"test.{side}", corpus / f"train.{side}") for side in ("src", "tgt")]
    return [any(pair) for pair in zip(*hits, strict=True)]


def _occurs(test: Path, train: Path) -> list[bool]:
    lines = list(_lines(test))
    wanted = set(lines)
    found = {line for line in _lines(train) if line in wanted}
    return [line in found for line in lines]


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        for line in handle:
            yield line.removesuffix(b"\n")
