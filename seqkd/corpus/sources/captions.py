"""Synthetic image captions, made by the grammar in ``seqkd.corpus.captions``; a line's group is its meaning as JSON."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

from pydantic import Field

from seqkd.corpus.clean import Line
from seqkd.corpus.source import Corpus, Description, SourceSettings

DESCRIPTION = Description(
    title="Synthetic image captions, de to en",
    description=(
        "Synthetic text: a grammar with a hand-made lexicon wrote every sentence; there are no photographs or human "
        "authors. Each German caption has up to 5,000 English translations of known probability: a hidden style for "
        "the whole sentence, and a choice in each slot given the style. The reference is sampled from them. Training, "
        "dev and test set share no German and no English sentence."
    ),
    caveat=(
        "Scores on synthetic text say nothing about translation of natural text. They show how models and distillation "
        "methods treat a known distribution."
    ),
)


class CaptionsSettings(SourceSettings):
    """Synthetic image captions, German to English, made by a grammar that knows every translation's probability."""

    source: Literal["captions"] = Field(
        "captions", description="`captions`: synthetic sentences made on the spot, nothing is downloaded."
    )
    seed: int = Field(1, ge=0, le=2**31 - 1, description="Seed of the sentences; another one makes other sentences.")
    train_pairs: int = Field(20000, ge=1, le=500000, description="Pairs in the training set.")
    dev_pairs: int = Field(500, ge=1, le=20000, description="Pairs in the dev set.")
    test_pairs: int = Field(1000, ge=1, le=20000, description="Pairs in the test set.")

    @property
    def source_language(self) -> str:
        """German."""
        return "de"

    @property
    def target_language(self) -> str:
        """English."""
        return "en"

    def describe(self) -> Description:
        """Synthetic text."""
        return DESCRIPTION

    def too_small(self, sentences: int, documents: int) -> Iterator[str]:
        """The test set has as many sentences as the config says."""
        if self.test_pairs < sentences:
            yield f"test_pairs: {self.test_pairs}, at least {sentences} are needed"


Settings = CaptionsSettings


def read(settings: dict[str, Any], files: dict[str, Path]) -> Corpus:
    """The sets share no sentence by construction, so cleaning should drop nothing; its counts would show it."""
    job = Settings(**settings)
    sets = split_lines(job.seed, job.test_pairs, job.dev_pairs, job.train_pairs)
    return Corpus(sets.train, sets.dev, sets.test)


def read_test_set(settings: dict[str, Any], files: dict[str, Path], counts: Counter[str]) -> list[Line]:
    """The test set."""
    job = Settings(**settings)
    return lines_of_test_set(job.seed, job.test_pairs)


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
    from seqkd.corpus.captions.sampling import meanings
    from seqkd.corpus.captions.source import source_of
    from seqkd.corpus.captions.truth import Truth

    rng = Random(f"targets {seed}")
    for caption in meanings(seed):
        yield source_of(caption), Truth(caption).sample(rng), caption.to_json()
