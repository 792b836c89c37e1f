"""What every family is given: how much effort to make, the text, and the models."""

import argparse
import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks import text
from benchmarks.turns import say
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.scoring.speed import processor

CACHE = Path(__file__).resolve().parent / ".cache"


LARGE = TransformerSettings(encoder_layers=4, decoder_layers=4, dim=256, ffn=1024, heads=4)
SMALL = TransformerSettings(encoder_layers=2, decoder_layers=1, dim=128, ffn=512, heads=4)
TINY = TransformerSettings(encoder_layers=1, decoder_layers=1, dim=64, ffn=128, heads=4)


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Attributes:
        models: what is trained, by name: the first is the teacher, the last the student.
        repeats: turns of each side after the warm-up.
        updates: optimiser steps a turn.
        sentences, single: test sentences a turn, in batches and one by one.
        teacher_updates, student_updates: trainings of the models that are decoded with, where none are given.
        quality_updates: updates after which dev BLEU is compared.
        points: points of a growth curve that are measured, from the smallest on.
    """

    models: tuple[tuple[str, TransformerSettings], ...]
    repeats: int
    updates: int
    sentences: int
    single: int
    teacher_updates: int
    student_updates: int
    quality_updates: int
    points: int

    @property
    def teacher(self) -> TransformerSettings:
        """The larger model."""
        return self.models[0][1]

    @property
    def student(self) -> TransformerSettings:
        """The smaller model."""
        return self.models[-1][1]


FULL = Effort((("4+4, d 256", LARGE), ("2+1, d 128", SMALL)), 5, 1, 300, 40, 400, 600, 400, 9)
QUICK = Effort((("1+1, d 64", TINY),), 2, 1, 20, 2, 40, 40, 4, 2)

BATCH_TOKENS = 4096


@dataclass(frozen=True)
class Models:
    """Folders of the models that are decoded with, and of their tokenizer."""

    teacher: Path
    student: Path
    tokenizer: Path
    note: str


@dataclass(frozen=True)
class Bench:
    """One run of the suite."""

    effort: Effort
    threads: tuple[int, ...]
    given: Models | None
    results: Path | None
    cache: Path

    @classmethod
    def make(cls, chosen: argparse.Namespace, effort: Effort) -> "Bench":
        """From the command line; threads are cut to the cores there are."""
        cores = len(os.sched_getaffinity(0))
        threads = tuple(sorted({min(one, cores) for one in chosen.threads or (1, 2)}))
        given = chosen.teacher and Models(
            chosen.teacher.resolve(), chosen.student.resolve(), chosen.tokenizer.resolve(), "models of a finished run"
        )
        return cls(effort, threads, given or None, chosen.results, CACHE)

    @cached_property
    def text(self) -> text.Text:
        """The text, prepared at first use."""
        return text.prepare(self.cache, quick=self.effort is QUICK)

    @cached_property
    def models(self) -> Models:
        """The models given, or a teacher and a student trained briefly and kept in the cache."""
        from benchmarks.models import train

        return self.given or train(self)

    @cached_property
    def lines(self) -> list[str]:
        """Source lines of the test set."""
        return (self.text.test / "test.src").read_text(encoding="utf-8").splitlines()

    def log(self, *parts: object) -> Path:
        """Where a side's log goes."""
        return self.cache / "logs" / ("-".join(map(str, parts)).replace(" ", "-") + ".log")

    def circumstances(self) -> dict[str, Any]:
        """What belongs to every row: where it was measured."""
        machine = f"{processor()}, {len(os.sched_getaffinity(0))} cores"
        load = round(os.getloadavg()[1], 2)
        where = {"machine": machine, "load_average": load, "commit": commit()}
        return where | {"text": self.text.name, "quick": self.effort is QUICK}


def commit() -> str:
    """The commit that is measured, "+" behind it if files differ from it; empty where git does not tell."""
    command = ["git", "-C", str(CACHE.parent), "describe", "--always", "--abbrev=7", "--dirty=+"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def announce(threads: int) -> str:
    """A number of threads in words."""
    words = "1 thread" if threads == 1 else f"{threads} threads"
    say(f" {words}")
    return words
