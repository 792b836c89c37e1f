"""Cleaning of the training set: why a pair is dropped, and how often."""

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from seqkd.corpus.marks import Marks
from seqkd.corpus.settings import CleaningSettings
from seqkd.corpus.text import words

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
"""Names of the filters in the order in which they see a pair (the first, known by hand, for the Bible alone)."""

Line = tuple[str, str, str]
"""Source, target, group."""


def length_fault(src: str, tgt: str, settings: CleaningSettings) -> str:
    """The name of the filter that drops the pair for its lengths, or "" if none does."""
    if not src or not tgt:
        return "empty"
    if max(len(src), len(tgt)) > settings.max_chars:
        return "over_max_chars"
    shorter, longer = sorted((words(src), words(tgt)))
    if longer > settings.max_words:
        return "over_max_words"
    return "over_max_ratio" if longer > settings.max_ratio * shorter else ""


def fingerprint(*texts: str) -> int:
    """Eight bytes that stand for a text or a pair (a clash among ten million: 3 in a million)."""
    return int.from_bytes(blake2b("\n".join(texts).encode(), digest_size=8).digest(), "big")


class Sides:
    """The sentences of some pairs, side by side, kept as eight bytes each."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.src: set[int] = set()
        self.tgt: set[int] = set()
        for src, tgt in pairs:
            self.src.add(fingerprint(src))
            self.tgt.add(fingerprint(tgt))

    def hold(self, src: str, tgt: str) -> bool:
        """Whether the source is one of the sources or the target one of the targets."""
        return fingerprint(src) in self.src or fingerprint(tgt) in self.tgt


class TrainFilter:
    """Decides pair by pair what stays in the training set, and counts in ``taken`` what each of ``FILTERS`` took, in
    ``copies`` those that stay with source and target alike."""

    def __init__(self, settings: CleaningSettings, dev: Sides, tests: Sides) -> None:
        self.settings, self.dev, self.tests = settings, dev, tests
        self.taken: Counter[str] = Counter()
        self.copies = 0
        self._seen = Marks()

    def keeps(self, src: str, tgt: str) -> bool:
        """Whether the (normalised) pair stays."""
        fault = length_fault(src, tgt, self.settings) or self._fault(src, tgt)
        if fault:
            self.taken[fault] += 1
        elif src == tgt:
            self.copies += 1
        return not fault

    def _fault(self, src: str, tgt: str) -> str:
        if self.dev.hold(src, tgt):
            return "in_dev"
        if self.tests.hold(src, tgt):
            return "in_test_sets"
        if not self.settings.deduplicate:
            return ""
        return "" if self._seen.add(fingerprint(src, tgt)) else "duplicate"
