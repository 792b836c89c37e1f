"""The corpus stage: training and dev set, and each test set.

``make_corpus`` and ``make_test_set`` read a source (``seqkd.corpus.source``) and write ``train.*`` and ``dev.*``, or
``test.*``: ``.src`` and ``.tgt`` (one sentence a line, UTF-8, NFC, single blanks) and ``.groups`` (the chapter or
document of each line, the meaning of a caption, or the line's number in its input file).
"""

import logging
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqkd.corpus.clean import FILTERS, Line, SentenceIndex, TrainFilter
from seqkd.corpus.source import Corpus, load
from seqkd.corpus.text import count_words
from seqkd.utils.errors import UserError
from seqkd.utils.files import atomic_write

Facts = dict[str, Any]

log = logging.getLogger(__name__)


def make_corpus(settings: dict[str, Any], files: dict[str, Path], folder: Path) -> Facts:
    """Write ``train.*`` and ``dev.*``.

    Args:
        settings: those of ``SourceSettings.job``.
        files: download name -> path.
        folder: output folder.

    Returns:
        Facts: ``train`` and ``dev``, each with ``pairs``, ``groups`` (runs of lines of the same group) and the averages
        ``src_words``, ``tgt_words``, ``src_chars``, ``tgt_chars``; ``taken``: filter -> pairs it dropped (for the
        Bible also pairs that would have gone to dev or test); ``dev_in_test_sets``: dev pairs of which a side is in
        a decontaminated test set; ``input``: irregularity of the files -> count.

    Raises:
        UserError: a file is missing, damaged, misaligned or not UTF-8, a dev line is empty, or no training pairs are
            left.
    """
    corpus: Corpus = load(settings["source"]).read(settings, files)
    train_filter = TrainFilter(corpus.cleaning, dev=_index(corpus.dev), tests=_index(corpus.held_out))
    train_filter.dropped.update(corpus.dropped)
    return _write_corpus(corpus, train_filter, folder)


def make_test_set(settings: dict[str, Any], name: str, files: dict[str, Path], folder: Path) -> Facts:
    """Write ``test.*``: all lines of the files, in order and normalised.

    Args:
        settings: those of ``SourceSettings.job`` of this test set.
        name: the test set's name, for the log.
        files: download name -> path.
        folder: output folder.

    Returns:
        Facts: as for a set of ``make_corpus``, with ``input``.

    Raises:
        UserError: as in ``make_corpus``.
    """
    counts: Counter[str] = Counter()
    facts = _write(folder, "test", load(settings["source"]).read_test_set(settings, files, counts))
    log.info("Test set %s: %d pairs.", name, facts["pairs"])
    return facts | {"input": dict(counts)}


def _index(lines: Iterable[Line]) -> SentenceIndex:
    return SentenceIndex((src, tgt) for src, tgt, _ in lines)


def _write_corpus(corpus: Corpus, train_filter: TrainFilter, folder: Path) -> Facts:
    overlap = sum(train_filter.tests.contains_either(src, tgt) for src, tgt, _ in corpus.dev)
    dev = _write(folder, "dev", corpus.dev)
    train = _write(folder, "train", (line for line in corpus.train if train_filter.keeps(line[0], line[1])))
    dropped = {name: train_filter.dropped[name] for name in FILTERS if train_filter.dropped[name]}
    summary = ", ".join(f"{name} dropped {count}" for name, count in dropped.items()) or "no pairs dropped"
    if train_filter.copies:
        log.warning("Training set: in %d pairs the target is a copy of its source.", train_filter.copies)
    log.info("Training set: %d pairs (%s). Dev set: %d pairs.", train["pairs"], summary, dev["pairs"])
    if not train["pairs"]:
        raise UserError(
            f"corpus.train: no pair is left after cleaning ({summary}). Loosen corpus.cleaning or give more text."
        )
    if train_filter.copies == train["pairs"]:
        raise UserError(
            f"corpus.train: in all {train_filter.copies} pairs the target is a copy of its source. "
            "Give the translations as corpus.train.tgt."
        )
    facts = {"train": train, "dev": dev, "taken": dropped, "dev_in_test_sets": overlap}
    return facts | {"input": dict(corpus.input)}


@dataclass
class _Sizes:
    """Sums over the lines of a set."""

    pairs: int = 0
    src_words: int = 0
    tgt_words: int = 0
    src_chars: int = 0
    tgt_chars: int = 0
    groups: int = 0
    last_group: str | None = None

    def add(self, src: str, tgt: str, group: str) -> None:
        self.pairs += 1
        self.src_words += count_words(src)
        self.tgt_words += count_words(tgt)
        self.src_chars += len(src)
        self.tgt_chars += len(tgt)
        self.groups += group != self.last_group
        self.last_group = group

    def facts(self) -> Facts:
        sums = {name: getattr(self, name) for name in ("src_words", "tgt_words", "src_chars", "tgt_chars")}
        averages = {name: round(value / max(1, self.pairs), 2) for name, value in sums.items()}
        return {"pairs": self.pairs, "groups": self.groups} | averages


def _write(folder: Path, name: str, lines: Iterable[Line]) -> Facts:
    """Write ``{name}.src``, ``.tgt`` and ``.groups``; all three appear, or none."""
    sizes = _Sizes()
    with ExitStack() as stack:
        paths = [stack.enter_context(atomic_write(folder / f"{name}.{side}")) for side in ("src", "tgt", "groups")]
        with ExitStack() as open_files:
            handles = [open_files.enter_context(path.open("w", encoding="utf-8", newline="\n")) for path in paths]
            for line in lines:
                sizes.add(*line)
                for handle, text in zip(handles, line, strict=True):
                    handle.write(text + "\n")
    return sizes.facts()
