"""A parallel corpus in line-aligned files, local or downloaded.

The job of training and dev set reads only the files of those test sets that have ``decontaminate: true``, without their
names: a renamed test set, or a new one with ``decontaminate: false``, does not change it. Nor do language codes, title
and description.
"""

import gzip
import json
import logging
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from seqkd.corpus.clean import CleaningSettings, Line
from seqkd.corpus.language import standard_code
from seqkd.corpus.locations import LocalFile, PairSettings, WebFile
from seqkd.corpus.read import aligned
from seqkd.corpus.source import Corpus, Description, Job, SourceSettings
from seqkd.utils.errors import UserError
from seqkd.utils.files import sha256
from seqkd.utils.settings import Name
from seqkd.utils.settings import Settings as Section

MAX_LINE_CHARS = 10_000
"""Limit for dev and test lines: they are translated whole, in memory that grows with the square of their length."""

log = logging.getLogger(__name__)

Language = Annotated[str, AfterValidator(standard_code)]


class TestSetSettings(PairSettings):
    """One test set."""

    decontaminate: bool = Field(
        True,
        description="Remove training pairs of which a side occurs in this test set. Say false for a test set added "
        "later: training stays as it is, and the overlap is only counted.",
    )


class FilesSettings(SourceSettings):
    """A parallel corpus of one's own, as line-aligned files."""

    source: Literal["files"] = Field("files", description="`files`: local files or downloads.")
    source_language: Language = Field(
        description="Language of the source side: a code of ISO 639 (de, deu), BCP 47 (pt-BR, zh-Hant) or FLORES-200 "
        "(zho_Hans); a made-up one such as xx will do."
    )
    target_language: Language = Field(
        description="Language of the target side, likewise; the tokenization of every BLEU follows from it."
    )
    title: str = Field("", max_length=200, description="Name of the text for the report.")
    description: str = Field("", max_length=5000, description="What the text is, a sentence or two for the report.")
    train: PairSettings = Field(description="The training set.")
    dev: PairSettings = Field(description="The set by which models are chosen; its pairs leave the training set.")
    test_sets: dict[Name, TestSetSettings] = Field(min_length=1, description="Test sets by name; the first is primary.")
    cleaning: CleaningSettings = Field(CleaningSettings(), description="Which training pairs are dropped.")

    @property
    def test_set_names(self) -> list[str]:
        """As in the config."""
        return list(self.test_sets)

    def job(self, test_set: str | None = None) -> Job:
        """Only the files that the job reads."""
        if test_set is not None:
            test = self.test_sets[test_set]
            pair = PairSettings(src=test.src, tgt=test.tgt, documents=test.documents)
            return _job(TestSetJob(test=pair), [pair])
        pairs = [PairSettings(src=test.src, tgt=test.tgt) for test in self.test_sets.values() if test.decontaminate]
        pairs.sort(key=lambda pair: json.dumps(pair.canonical()))
        settings = CorpusJob(train=self.train, dev=self.dev, decontaminate=pairs, cleaning=self.cleaning)
        return _job(settings, [self.train, self.dev, *pairs])

    def describe(self) -> Description:
        """What the user says of the text."""
        return Description(
            title=self.title or f"Custom {self.source_language}-{self.target_language} corpus",
            description=self.description,
            caveat="Scores hold for this kind of text; on other text the same systems may rank differently.",
        )

    def reference_files(self) -> list[Path]:
        """Those of the dev set and the test sets."""
        targets = [pair.tgt for pair in (self.dev, *self.test_sets.values())]
        return [Path(file.path) for file in targets if isinstance(file, LocalFile)]

    def too_small(self, sentences: int, documents: int) -> Iterator[str]:
        """Only local files can be counted before any work."""
        for name, test in self.test_sets.items():
            if reason := _too_small(test, sentences, documents):
                yield f"test_sets.{name}: {reason}"


Settings = FilesSettings


class CorpusJob(Section):
    """The settings of the job that writes training and dev set."""

    source: Literal["files"] = "files"
    train: PairSettings
    dev: PairSettings
    decontaminate: list[PairSettings]
    cleaning: CleaningSettings


class TestSetJob(Section):
    """The settings of the job that writes a test set."""

    source: Literal["files"] = "files"
    test: PairSettings


def _job(settings: CorpusJob | TestSetJob, pairs: list[PairSettings]) -> Job:
    files = [file for pair in pairs for file in pair.files]
    downloads = {file.name: file.download for file in files if isinstance(file, WebFile)}
    paths = [Path(file.path) for file in files if isinstance(file, LocalFile)]
    return Job(settings.canonical(), downloads, list(dict.fromkeys(paths)))


def read(settings: dict[str, Any], files: dict[str, Path]) -> Corpus:
    """Training lines are streamed; dev lines must be complete."""
    job, counts = CorpusJob(**settings), Counter[str]()
    dev = list(_checked_lines(_paths(job.dev, files), counts))
    held_out = (line for pair in job.decontaminate for line in _checked_lines(_paths(pair, files), Counter()))
    return Corpus(_lines(_paths(job.train, files), counts), dev, held_out, job.cleaning, input=counts)


def read_test_set(settings: dict[str, Any], files: dict[str, Path], counts: Counter[str]) -> Iterator[Line]:
    """All lines of the files, in order."""
    return _checked_lines(_paths(TestSetJob(**settings).test, files), counts)


def _paths(pair: PairSettings, files: dict[str, Path]) -> list[Path]:
    """Two paths, or three with documents; verifies local files that have a checksum."""
    return [_path(file, files) for file in pair.files]


def _path(file: LocalFile | WebFile, files: dict[str, Path]) -> Path:
    if isinstance(file, WebFile):
        return files[file.name]
    path = Path(file.path)
    if file.sha256 and path.is_file() and (actual := sha256(path)) != file.sha256:
        raise UserError(f"{path}: its SHA-256 is {actual}, the config says {file.sha256}. Correct one of them.")
    return path


def _lines(paths: Sequence[Path], counts: Counter[str]) -> Iterator[Line]:
    """Source, target and group of every line; without a file of documents, the group is the line's number."""
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


def _too_small(test: TestSetSettings, min_sentences: int, min_documents: int) -> str:
    """Of the user's own files; downloads are not there yet."""
    lines = list(islice(_raw_lines(test.tgt), min_sentences))
    if 0 < len(lines) < min_sentences:
        return f"{len(lines)} sentence{'s' if len(lines) > 1 else ''}, at least {min_sentences} are needed"
    documents: set[bytes] = set()
    for line in _raw_lines(test.documents):
        documents.add(line.strip())
        if len(documents) >= min_documents:
            return ""
    few = f"{len(documents)} document{'s' if len(documents) > 1 else ''}"
    return f"{few}, at least {min_documents} are needed" if documents else ""


def _raw_lines(location: LocalFile | WebFile | None) -> Iterator[bytes]:
    """Of a local file; what is wrong with it is said by the stage that reads it."""
    if isinstance(location, LocalFile):
        path = Path(location.path)
        with (
            suppress(OSError, EOFError, zlib.error),
            gzip.open(path) if path.suffix == ".gz" else path.open("rb") as handle,
        ):
            yield from handle
