"""The corpus stage: training and dev set, and each test set.

``make_corpus`` and ``make_test_set`` take what ``seqkd.corpus.slices`` gives for them (plain dicts), the paths of
the downloads by download name, and the folder to fill with ``train.*``/``dev.*`` or ``test.*``: ``.src`` and
``.tgt`` (one sentence a line, UTF-8, NFC, single blanks), ``.groups`` (the chapter or document of each line, the
meaning of a caption, or the line's number in the file it comes from).
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
from seqkd.corpus.clean import FILTERS, Line, Sides, TrainFilter
from seqkd.corpus.jobs import BIBLE_DOWNLOAD, CAPTIONS_MODULE, CorpusSlice, FilesCorpus, TestSetSlice
from seqkd.corpus.read import aligned
from seqkd.corpus.settings import BibleSettings, CaptionsSettings, CleaningSettings, LocalFile, PairSettings, WebFile
from seqkd.corpus.text import words
from seqkd.errors import UserError
from seqkd.files import sha256, written

Facts = dict[str, Any]
LONGEST = 10_000
"""Characters of a dev or test line at most: it is translated as it is, in memory that grows with its square."""

log = logging.getLogger(__name__)


def make_corpus(settings: dict[str, Any], files: dict[str, Path], folder: Path) -> Facts:
    """Write ``train.*`` and ``dev.*``.

    Args:
        settings: ``seqkd.corpus.slices.corpus_slice`` of the settings.
        files: download name -> path, for each of ``corpus_downloads``.
        folder: the folder to fill.

    Returns:
        Facts: ``train`` and ``dev``, each with ``pairs``, ``groups`` (stretches of one group) and the averages
        ``src_words``, ``tgt_words``, ``src_chars``, ``tgt_chars``; ``taken``: filter -> pairs it dropped (for the
        Bible also those that would have gone to dev or test); ``dev_in_test_sets``: dev pairs of which a side is in
        a purged test set; ``input``: oddity of the files -> how often.

    Raises:
        UserError: a file is missing, damaged, misaligned or no UTF-8, a dev line is empty, or nothing is left to
            train on.
    """
    wanted = CorpusSlice.validate_python(settings)
    if isinstance(wanted, BibleSettings):
        return _write_corpus(_from_bible(wanted, files[BIBLE_DOWNLOAD]), folder)
    if isinstance(wanted, CaptionsSettings):
        return _write_corpus(_from_captions(wanted), folder)
    return _write_corpus(_from_files(wanted, files), folder)


def make_test_set(settings: dict[str, Any], name: str, files: dict[str, Path], folder: Path) -> Facts:
    """Write ``test.*``: every line of the files, in order, normalised, none dropped.

    Args:
        settings: ``seqkd.corpus.slices.test_set_slice`` of the settings and the name.
        name: the test set's name, for the log.
        files: download name -> path, for each of ``test_set_downloads``.
        folder: the folder to fill.

    Returns:
        Facts: as one of ``make_corpus``'s sets, with ``input``.

    Raises:
        UserError: as in ``make_corpus``.
    """
    wanted = TestSetSlice.validate_python(settings)
    counts: Counter[str] = Counter()
    if isinstance(wanted, BibleSettings):
        facts = _write(folder, "test", split_verses(wanted, files[BIBLE_DOWNLOAD]).test)
    elif isinstance(wanted, CaptionsSettings):
        facts = _write(folder, "test", import_module(CAPTIONS_MODULE).lines_of_test_set(wanted.seed, wanted.test_pairs))
    else:
        facts = _write(folder, "test", _whole(_paths(wanted.test, files), counts))
    log.info("Test set %s: %d pairs.", name, facts["pairs"])
    return facts | {"input": dict(counts)}


@dataclass(frozen=True)
class _Corpus:
    """Dev lines, training lines before cleaning (a stream), and the filter that cleans them."""

    dev: list[Line]
    train: Iterable[Line]
    filter: TrainFilter
    input: Counter[str]


def _from_bible(settings: BibleSettings, database: Path) -> _Corpus:
    """The split is our own, so every set has passed the length filters; counts are of all verses."""
    split = split_verses(settings, database)
    keep = TrainFilter(settings.cleaning, dev=_sides(split.dev), tests=_sides(split.test))
    keep.taken.update(split.taken)
    return _Corpus(split.dev, split.train, keep, Counter())


def _from_captions(settings: CaptionsSettings) -> _Corpus:
    """Made so that the sets share nothing: the filter finds nothing to do, and would tell if it did."""
    sets = import_module(CAPTIONS_MODULE).split_lines(
        settings.seed, settings.test_pairs, settings.dev_pairs, settings.train_pairs
    )
    keep = TrainFilter(CleaningSettings(), dev=_sides(sets.dev), tests=_sides(sets.test))
    return _Corpus(sets.dev, sets.train, keep, Counter())


def _from_files(settings: FilesCorpus, files: dict[str, Path]) -> _Corpus:
    counts: Counter[str] = Counter()
    dev = list(_whole(_paths(settings.dev, files), counts))
    tests = (line for pair in settings.purge for line in _whole(_paths(pair, files), Counter()))
    keep = TrainFilter(settings.cleaning, dev=_sides(dev), tests=_sides(tests))
    return _Corpus(dev, _lines(_paths(settings.train, files), counts), keep, counts)


def _sides(lines: Iterable[Line]) -> Sides:
    return Sides((src, tgt) for src, tgt, _ in lines)


def _write_corpus(corpus: _Corpus, folder: Path) -> Facts:
    keep = corpus.filter
    overlap = sum(keep.tests.hold(src, tgt) for src, tgt, _ in corpus.dev)
    dev = _write(folder, "dev", corpus.dev)
    train = _write(folder, "train", (line for line in corpus.train if keep.keeps(line[0], line[1])))
    taken = {name: keep.taken[name] for name in FILTERS if keep.taken[name]}
    told = ", ".join(f"{name} took {number}" for name, number in taken.items()) or "no filter took any"
    if keep.copies:
        log.warning("Training set: in %d pairs the target is a copy of its source.", keep.copies)
    log.info("Training set: %d pairs (%s). Dev set: %d pairs.", train["pairs"], told, dev["pairs"])
    if not train["pairs"]:
        raise UserError(
            f"corpus.train: no pair is left after cleaning ({told}). Loosen corpus.cleaning or give more text."
        )
    if keep.copies == train["pairs"]:
        raise UserError(
            f"corpus.train: in all {keep.copies} pairs the target is a copy of its source. Name the translations."
        )
    facts = {"train": train, "dev": dev, "taken": taken, "dev_in_test_sets": overlap}
    return facts | {"input": dict(corpus.input)}


def _paths(pair: PairSettings, files: dict[str, Path]) -> list[Path]:
    """Two paths, or three with groups; local files are checked against their checksum where they have one."""
    return [_path(one, files) for one in (pair.src, pair.tgt, pair.groups) if one is not None]


def _path(location: LocalFile | WebFile, files: dict[str, Path]) -> Path:
    if isinstance(location, WebFile):
        return files[location.name]
    path = Path(location.path)
    if location.sha256 and path.is_file() and (found := sha256(path)) != location.sha256:
        raise UserError(f"{path}: its SHA-256 is {found}, the config says {location.sha256}. Correct one of them.")
    return path


def _lines(paths: Sequence[Path], counts: Counter[str]) -> Iterator[Line]:
    """Source, target and group of every line; without a file of groups each line's number is its group."""
    for number, (src, tgt, *group) in enumerate(aligned(paths, counts), 1):
        if number % 1_000_000 == 0:
            log.info("%s: %d lines read.", paths[0], number)
        yield src, tgt, group[0] if group else str(number)


def _whole(paths: Sequence[Path], counts: Counter[str]) -> Iterator[Line]:
    """As ``_lines``, for sets of which no line may be dropped: an empty side is an error."""
    for number, line in enumerate(_lines(paths, counts), 1):
        for path, text in zip((*paths, *paths[-1:]), line, strict=False):
            if not text:
                raise UserError(f"{path}:{number}: empty line in a dev or test set. Remove it there from every file.")
            if len(text) > LONGEST:
                raise UserError(
                    f"{path}:{number}: {len(text)} characters in a line of a dev or test set, where none is dropped; "
                    f"at most {LONGEST}. Cut it into sentences, in every file alike."
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
