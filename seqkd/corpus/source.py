"""Sources of text, one file each in ``seqkd/corpus/sources``: what such a file defines, and the registry.

A file ``bible.py`` there is the source ``bible``; nothing else registers it. It defines

``Settings``
    the ``corpus:`` section of a config with this source, a :class:`SourceSettings`;
``read(settings, files)``
    training and dev set, a :class:`Corpus`;
``read_test_set(settings, files, counts)``
    the lines of a test set; irregularities of the input are added to ``counts``.

Both functions get the settings of ``SourceSettings.job`` (plain JSON values) and the downloaded files by name. What
they read besides must be among the job's ``local_files``, so that an edit of it is noticed.

A job imports only its own source, so an edit of one reruns no other. Modules that are slow to import (a grammar, a
parser) are imported inside these functions.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from seqkd.corpus.clean import CleaningSettings, Line
from seqkd.utils.settings import Settings

NAMES = tuple(sorted(file.stem for file in (Path(__file__).parent / "sources").glob("[a-z]*.py")))
"""The registered sources."""


@dataclass(frozen=True)
class Description:
    """Plain text for the report: a title, what the text is, and the limits of results on it."""

    title: str
    description: str
    caveat: str


@dataclass(frozen=True)
class Job:
    """What a job reads that writes training and dev set, or one test set.

    Attributes:
        settings: plain JSON values with sorted keys; nothing that the job does not read.
        downloads: arguments of ``seqkd.corpus.download.fetch.fetch``, by name (the file name below results/download).
        local_files: the user's files, as written in the config.
    """

    settings: dict[str, Any]
    downloads: dict[str, dict[str, Any]] = field(default_factory=dict)
    local_files: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class Corpus:
    """Training and dev set before cleaning.

    Attributes:
        train: a stream of training lines.
        held_out: lines of test sets; training pairs that share a side with one of them are dropped.
        cleaning: which training pairs are dropped.
        dropped: pairs that the source itself has dropped, by the name of the filter.
        input: irregularity of the input -> count, complete once ``train`` is read.
    """

    train: Iterable[Line]
    dev: list[Line]
    held_out: Iterable[Line]
    cleaning: CleaningSettings = field(default_factory=CleaningSettings)
    dropped: Counter[str] = field(default_factory=Counter)
    input: Counter[str] = field(default_factory=Counter)


class SourceSettings(Settings):
    """Base class of the sources' settings. A source has the languages as fields or properties, and ``describe``."""

    source: str

    if TYPE_CHECKING:

        @property
        def source_language(self) -> str:
            """Code of the source language."""

        @property
        def target_language(self) -> str:
            """Code of the target language."""

    @property
    def test_set_names(self) -> list[str]:
        """Names of the test sets; the first is primary."""
        return ["test"]

    def job(self, test_set: str | None = None) -> Job:
        """What the job of this test set reads; without one, that of training and dev set."""
        return Job(self.canonical())

    def describe(self) -> Description:
        """Description of the corpus for the report."""
        raise TypeError(f"{type(self).__name__} defines no describe")

    def reference_files(self) -> list[Path]:
        """The user's files with references, whose script is compared with the target language."""
        return []

    def too_small(self, sentences: int, documents: int) -> Iterator[str]:
        """Lines ``key: size`` for test sets below these sizes, as far as this can be seen before any work."""
        yield from ()


def module_of(source: str) -> str:
    """Name of the module that defines a source."""
    return f"seqkd.corpus.sources.{source}"


def modules_of(settings: dict[str, Any]) -> list[str]:
    """Modules that a job with these settings of a source imports by name."""
    return [module_of(settings["source"])] if "source" in settings else []


def load(source: str) -> ModuleType:
    """The module of a source."""
    return import_module(module_of(source))


def all_jobs(settings: SourceSettings) -> list[Job]:
    """Every job of a corpus, that of training and dev set first."""
    return [settings.job(test_set) for test_set in (None, *settings.test_set_names)]
