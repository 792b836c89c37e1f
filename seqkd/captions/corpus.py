"""Captions as training, dev and test set. Loaded by name, see ``seqkd.corpus.jobs``."""

from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import NamedTuple

from seqkd.captions.meaning import Caption
from seqkd.captions.sampling import meanings
from seqkd.captions.source import source_of
from seqkd.captions.truth import Truth

Line = tuple[str, str, str]
"""Source, one drawn translation, and as group the meaning as JSON."""


class Sets(NamedTuple):
    """Lines of each set."""

    test: list[Line]
    dev: list[Line]
    train: list[Line]


def split_lines(seed: int, test: int, dev: int, train: int) -> Sets:
    """Sets of these sizes. No two lines share a source; no target of one set is in another.

    The test set comes first and depends on seed and size alone.
    """
    made = _lines(seed)
    tests = list(islice(made, test))
    taken = {target for _, target, _ in tests}
    devs = list(islice((line for line in made if line[1] not in taken), dev))
    taken |= {target for _, target, _ in devs}
    return Sets(tests, devs, list(islice((line for line in made if line[1] not in taken), train)))


def lines_of_test_set(seed: int, test: int) -> list[Line]:
    """The test set of ``split_lines``."""
    return list(islice(_lines(seed), test))


def _lines(seed: int) -> Iterator[Line]:
    """A line for each meaning, each meaning once."""
    rng = Random(f"targets {seed}")
    for caption in meanings(seed):
        yield _line(caption, rng)


def _line(caption: Caption, rng: Random) -> Line:
    return source_of(caption), Truth(caption).sample(rng), caption.to_json()
