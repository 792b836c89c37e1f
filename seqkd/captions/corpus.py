"""Captions as training, dev and test set. Imported by name, see ``seqkd.corpus.jobs``."""

from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import NamedTuple

from seqkd.captions.sampling import meanings
from seqkd.captions.source import source_of
from seqkd.captions.truth import Truth

Line = tuple[str, str, str]
"""Source, a sampled translation, and the meaning as JSON (the line's group)."""


class Sets(NamedTuple):
    """Lines of each set."""

    test: list[Line]
    dev: list[Line]
    train: list[Line]


def split_lines(seed: int, test: int, dev: int, train: int) -> Sets:
    """Sets of these sizes. No two lines share a source, and no two sets share a target.

    The test set comes first, so it depends only on the seed and its size.
    """
    lines = _lines(seed)
    test_lines = list(islice(lines, test))
    held_out = {target for _, target, _ in test_lines}
    dev_lines = list(islice((line for line in lines if line[1] not in held_out), dev))
    held_out |= {target for _, target, _ in dev_lines}
    return Sets(test_lines, dev_lines, list(islice((line for line in lines if line[1] not in held_out), train)))


def lines_of_test_set(seed: int, test: int) -> list[Line]:
    """The test set of ``split_lines``."""
    return list(islice(_lines(seed), test))


def _lines(seed: int) -> Iterator[Line]:
    """One line for each meaning."""
    rng = Random(f"targets {seed}")
    for caption in meanings(seed):
        yield source_of(caption), Truth(caption).sample(rng), caption.to_json()
