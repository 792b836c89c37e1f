"""What makes a verdict impossible and is known before any work: students without a baseline, test sets too small."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from seqkd.analysis.minimums import MINIMUM
from seqkd.config.sections import Config, StudentSettings
from seqkd.config.systems import model_name
from seqkd.corpus.settings import BibleSettings, CaptionsSettings, LocalFile, TestSetSettings, WebFile


def no_verdict(config: Config) -> list[str]:
    """Lines of ``key: reason``; empty where every student can get a verdict on every test set."""
    return [*_without_baseline(config), *_too_small(config)]


def _without_baseline(config: Config) -> Iterator[str]:
    models = {name: model_name(config, name) for name in config.students}
    known = {models[name] for name, student in config.students.items() if _is_baseline(student)}
    known |= {teacher.model or "" for teacher in config.teachers.values()}
    for name, model in models.items():
        if model not in known:
            yield (
                f"students.{name}: no baseline of its model {model!r} to be compared with; add a student of that "
                "model with `targets: gold`, `loss: nll` and no `start`"
            )


def _is_baseline(student: StudentSettings) -> bool:
    return student.targets == "gold" and set(student.loss) == {"nll"} and student.start is None


def _too_small(config: Config) -> Iterator[str]:
    needed = f"at least {MINIMUM['sentences']} are needed"
    corpus = config.corpus
    if isinstance(corpus, CaptionsSettings) and corpus.test_pairs < MINIMUM["sentences"]:
        yield f"corpus.test_pairs: {corpus.test_pairs}, {needed}"
    elif isinstance(corpus, BibleSettings) and corpus.test_verses < MINIMUM["sentences"]:
        yield f"corpus.test_verses: {corpus.test_verses}, {needed}"
    elif not isinstance(corpus, CaptionsSettings | BibleSettings):
        for name, test in corpus.test_sets.items():
            if reason := _of_files(test):
                yield f"corpus.test_sets.{name}: {reason}"


def _of_files(test: TestSetSettings) -> str:
    """Of the user's own files; downloads are not there yet."""
    lines = list(islice(_lines(test.tgt), MINIMUM["sentences"]))
    if 0 < len(lines) < MINIMUM["sentences"]:
        return f"{len(lines)} sentence{'s' if len(lines) > 1 else ''}, at least {MINIMUM['sentences']} are needed"
    documents: set[bytes] = set()
    for line in _lines(test.groups):
        documents.add(line.strip())
        if len(documents) >= MINIMUM["documents"]:
            return ""
    few = f"{len(documents)} document{'s' if len(documents) > 1 else ''}"
    return f"{few}, at least {MINIMUM['documents']} are needed" if documents else ""


def _lines(location: LocalFile | WebFile | None) -> Iterator[bytes]:
    """Of a local file; what is wrong with it is said by the stage that reads it."""
    if isinstance(location, LocalFile):
        path = Path(location.path)
        with (
            suppress(OSError, EOFError, zlib.error),
            gzip.open(path) if path.suffix == ".gz" else path.open("rb") as handle,
        ):
            yield from handle
