"""The corpus stage: training and dev set, and each test set.

``make_corpus`` and ``make_test_set`` take their slice of the settings (``seqkd.corpus.slices``), the paths of the
downloads by download name, and the output folder. They write ``train.*`` and ``dev.*``, or ``test.*``: ``.src`` and
``.tgt`` (one sentence a line, UTF-8, NFC, single blanks) and ``.groups`` (the chapter or document of each line, the
meaning of a caption, or the line's number in its input file).
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from seqkd.corpus.bible import split_verses
from seqkd.corpus.clean import FILTERS, Line, SentenceIndex, TrainFilter
from seqkd.corpus.jobs import BIBLE_DOWNLOAD, CAPTIONS_MODULE, CorpusSlice, FilesCorpus, TestSetSlice
from seqkd.corpus.read import aligned
from seqkd.corpus.settings import BibleSettings, CaptionsSettings, CleaningSettings, LocalFile, PairSettings, WebFile
from seqkd.corpus.text import words
from seqkd.errors import UserError
from seqkd.files import sha256, written

Facts = dict[str, Any]
MAX_LINE_CHARS = 10_000
"""Limit for dev and test lines: they are translated whole, in memory that grows with the square of their length."""

log = logging.getLogger(__name__)


def make_corpus(settings: dict[str, Any], files: dict[str, Path], folder: Path) -> Facts:
    """Write ``train.*`` and ``dev.*``.

    Args:
        settings: ``seqkd.corpus.slices.corpus_slice`` of the settings.
        files: download name -> path, for each of ``corpus_downloads``.
        folder: output folder.

    Returns:
        Facts: ``train`` and ``dev``, each with ``pairs``, ``groups`` (runs of lines of the same group) and the averages
        ``src_words``, ``tgt_words``, ``src_chars``, ``tgt_chars``; ``taken``: filter -> pairs it dropped (for the
        Bible also pairs that would have gone to dev or test); ``dev_in_test_sets``: dev pairs of which a side is in
        a purged test set; ``input``: irregularity of the files -> count.

    Raises:
        UserError: a file is missing, damaged, misaligned or not UTF-8, a dev line is empty, or no training pairs are
            left.
    """
    job = CorpusSlice.validate_python(settings)
    if isinstance(job, BibleSettings):
        return _write_corpus(_from_bible(job, files[BIBLE_DOWNLOAD]), folder)
    if isinstance(job, CaptionsSettings):
        return _write_corpus(_from_captions(job), folder)
    return _write_corpus(_from_files(job, files), folder)


def make_test_set(settings: dict[str, Any], name: str, files: dict[str, Path], folder: Path) -> Facts:
    """Write ``test.*``: all lines of the files, in order and normalised.

    Args:
        settings: ``seqkd.corpus.slices.test_set_slice`` of the settings and the name.
        name: the test set's name, for the log.
        files: download name -> path, for each of ``test_set_downloads``.
        folder: output folder.

    Returns:
        Facts: as for a set of ``make_corpus``, with ``input``.

    Raises:
        UserError: as in ``make_corpus``.
    """
    job = TestSetSlice.validate_python(settings)
    counts: Counter[str] = Counter()
    if isinstance(job, BibleSettings):
        facts = _write(folder, "test", split_verses(job, files[BIBLE_DOWNLOAD]).test)
    elif isinstance(job, CaptionsSettings):
        facts = _write(folder, "test", import_module(CAPTIONS_MODULE).lines_of_test_set(job.seed, job.test_pairs))
    else:
        facts = _write(folder, "test", _checked_lines(_paths(job.test, files), counts))
    log.info("Test set %s: %d pairs.", name, facts["pairs"])
    return facts | {"input": dict(counts)}


@dataclass(frozen=True)
class _Corpus:
    """Dev lines, a stream of training lines before cleaning, and the filter that cleans them."""

    dev: list[Line]
    train: Iterable[Line]
    filter: TrainFilter
    input: Counter[str]


def _from_bible(settings: BibleSettings, database: Path) -> _Corpus:
    """The length filters come before the split, so they apply to every set and count all verses."""
    split = split_verses(settings, database)
    train_filter = TrainFilter(settings.cleaning, dev=_index(split.dev), tests=_index(split.test))
    train_filter.dropped.update(split.dropped)
    return _Corpus(split.dev, split.train, train_filter, Counter())


def _from_captions(settings: CaptionsSettings) -> _Corpus:
    """The sets share no sentence by construction, so the filter should drop nothing; its counts would show it."""
    sets = import_module(CAPTIONS_MODULE).split_lines(
        settings.seed, settings.test_pairs, settings.dev_pairs, settings.train_pairs
    )
    train_filter = TrainFilter(CleaningSettings(), dev=_index(sets.dev), tests=_index(sets.test))
    return _Corpus(sets.dev, sets.train, train_filter, Counter())


def _from_files(settings: FilesCorpus, files: dict[str, Path]) -> _Corpus:
    counts: Counter[str] = Counter()
    dev = list(_checked_lines(_paths(settings.dev, files), counts))
    tests = (line for pair in settings.decontaminate for line in _checked_lines(_paths(pair, files), Counter()))
    train_filter = TrainFilter(settings.cleaning, dev=_index(dev), tests=_index(tests))
    return _Corpus(dev, _lines(_paths(settings.train, files), counts), train_filter, counts)


def _index(lines: Iterable[Line]) -> SentenceIndex:
    return SentenceIndex((src, tgt) for src, tgt, _ in lines)


def _write_corpus(corpus: _Corpus, folder: Path) -> Facts:
    train_filter = corpus.filter
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


def _paths(pair: PairSettings, files: dict[str, Path]) -> list[Path]:
    """Two paths, or three with groups; verifies local files that have a checksum."""
    return [_path(file, files) for file in (pair.src, pair.tgt, pair.groups) if file is not None]


def _path(file: LocalFile | WebFile, files: dict[str, Path]) -> Path:
    if isinstance(file, WebFile):
        return files[file.name]
    path = Path(file.path)
    if file.sha256 and path.is_file() and (actual := sha256(path)) != file.sha256:
        raise UserError(f"{path}: its SHA-256 is {actual}, the config says {file.sha256}. Correct one of them.")
    return path


def _lines(paths: Sequence[Path], counts: Counter[str]) -> Iterator[Line]:
    """Source, target and group of every line; without a groups file, the group is the line's number."""
    for number, (src, tgt, *group) in enumerate(aligned(paths, counts), 1):
        if number % 1_000_000 == 0:
            log.info("%s: %d lines read.", paths[0], number)
        yield src, tgt, group[0] if group else str(number)


def _checked_lines(paths: Sequence[Path], counts: Counter[str]) -> Iterator[Line]:
    """``_lines`` of a dev or test set, of which no line may be dropped: empty or overlong lines are errors."""
    for number, line in enumerate(_lines(paths, counts), 1):
        for path, text in zip((*paths, *paths[-1:]), line, strict=False):
            if not text:
                raise UserError(f"{path}:{number}: empty line in a dev or test set. Remove this line from every file.")
            if len(text) > MAX_LINE_CHARS:
                raise UserError(
                    f"{path}:{number}: {len(text)} characters in a line of a dev or test set, at most "
                    f"{MAX_LINE_CHARS} are allowed. Split it into sentences, in the same way in every file."
                )
        yield line


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
        self.src_words += words(src)
        self.tgt_words += words(tgt)
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
        paths = [stack.enter_context(written(folder / f"{name}.{side}")) for side in ("src", "tgt", "groups")]
        with ExitStack() as open_files:
            handles = [open_files.enter_context(path.open("w", encoding="utf-8", newline="\n")) for path in paths]
            for line in lines:
                sizes.add(*line)
                for handle, text in zip(handles, line, strict=True):
                    handle.write(text + "\n")
    return sizes.facts()
