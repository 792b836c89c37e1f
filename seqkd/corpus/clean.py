"""Cleaning of the training set: which pairs are dropped, and counts by reason."""

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from pydantic import Field

from seqkd.corpus.marks import Uint64Set
from seqkd.corpus.text import count_words
from seqkd.utils.settings import Settings

FILTERS = (
    "misaligned",
    "empty",
    "over_max_chars",
    "over_max_words",
    "over_max_ratio",
    "in_dev",
    "in_test_sets",
    "duplicate",
)
"""Names of the filters, in the order in which they are applied; ``misaligned`` is a hand-made list for the Bible."""

Line = tuple[str, str, str]
"""Source, target, group."""


class CleaningSettings(Settings):
    """Which training pairs are dropped (and, since the split of `bible` is our own, which verses at all)."""

    max_words: int = Field(
        60,
        ge=1,
        le=100000,
        description="Words of either side at most. In scripts without spaces two characters of Han, kana or Yi, or "
        "four of another (Thai, Lao, Khmer, Burmese, Tibetan and so on), count as a word.",
    )
    max_chars: int = Field(1000, ge=1, le=10**6, description="Characters of either side at most.")
    max_ratio: float = Field(
        2.5, ge=1, le=1000, description="Words of the longer side over words of the shorter at most."
    )
    deduplicate: bool = Field(True, description="Of equal training pairs keep the first.")


def length_fault(src: str, tgt: str, settings: CleaningSettings) -> str:
    """Name of the length filter that drops the pair, or "" if none does."""
    if not src or not tgt:
        return "empty"
    if max(len(src), len(tgt)) > settings.max_chars:
        return "over_max_chars"
    shorter, longer = sorted((count_words(src), count_words(tgt)))
    if longer > settings.max_words:
        return "over_max_words"
    return "over_max_ratio" if longer > settings.max_ratio * shorter else ""


def fingerprint(*texts: str) -> int:
    """64-bit hash of a text or a pair (probability of a collision among ten million: 3e-6)."""
    return int.from_bytes(blake2b("\n".join(texts).encode(), digest_size=8).digest(), "big")


class SentenceIndex:
    """The source and the target sentences of some pairs, stored as 64-bit hashes."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.src: set[int] = set()
        self.tgt: set[int] = set()
        for src, tgt in pairs:
            self.src.add(fingerprint(src))
            self.tgt.add(fingerprint(tgt))

    def contains_either(self, src: str, tgt: str) -> bool:
        """Whether ``src`` is among the sources or ``tgt`` among the targets."""
        return fingerprint(src) in self.src or fingerprint(tgt) in self.tgt


class TrainFilter:
    """Decides pair by pair what stays in the training set.

    Attributes:
        dropped: pairs dropped by each of ``FILTERS``.
        copies: kept pairs whose target equals the source.
    """

    def __init__(self, settings: CleaningSettings, dev: SentenceIndex, tests: SentenceIndex) -> None:
        self.settings, self.dev, self.tests = settings, dev, tests
        self.dropped: Counter[str] = Counter()
        self.copies = 0
        self._pairs = Uint64Set()

    def keeps(self, src: str, tgt: str) -> bool:
        """Whether the (normalised) pair stays."""
        fault = length_fault(src, tgt, self.settings) or self._fault(src, tgt)
        if fault:
            self.dropped[fault] += 1
        elif src == tgt:
            self.copies += 1
        return not fault

    def _fault(self, src: str, tgt: str) -> str:
        if self.dev.contains_either(src, tgt):
            return "in_dev"
        if self.tests.contains_either(src, tgt):
            return "in_test_sets"
        if not self.settings.deduplicate:
            return ""
        return "" if self._pairs.add(fingerprint(src, tgt)) else "duplicate"
