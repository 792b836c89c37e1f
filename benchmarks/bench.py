"""Shared state of all benchmark families: how long to measure, the corpus, and the models."""

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
from seqkd.scoring.speed import cpu_name

CACHE = Path(__file__).resolve().parent / ".cache"

LARGE = TransformerSettings(encoder_layers=4, decoder_layers=4, dim=256, ffn_dim=1024, heads=4)
SMALL = TransformerSettings(encoder_layers=2, decoder_layers=1, dim=128, ffn_dim=512, heads=4)
TINY = TransformerSettings(encoder_layers=1, decoder_layers=1, dim=64, ffn_dim=128, heads=4)


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Attributes:
        models: models to train, by name; the first is the teacher, the last the student.
        repeats: turns of each side after the warm-up.
        updates: optimiser steps per turn.
        sentences, single: test sentences per turn, in batches and one at a time.
        teacher_updates, student_updates: updates of the models used for decoding, unless trained models are given.
        quality_updates: updates after which dev BLEU is compared.
        points: number of points measured on a growth curve, smallest first.
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
    """Folders of the models used for decoding, and of their tokenizer."""

    teacher: Path
    student: Path
    tokenizer: Path
    note: str


@dataclass(frozen=True)
class Bench:
    """One run of the suite."""

    effort: Effort
    threads: tuple[int, ...]
    pretrained: Models | None
    results: Path | None
    cache: Path

    @classmethod
    def make(cls, arguments: argparse.Namespace, effort: Effort) -> "Bench":
        """From the command line; the number of threads is limited to the available cores."""
        cores = len(os.sched_getaffinity(0))
        threads = tuple(sorted({min(threads, cores) for threads in arguments.threads or (1, 2)}))
        folders = (arguments.teacher, arguments.student, arguments.tokenizer)
        pretrained = (
            Models(*(folder.resolve() for folder in folders), "models of a finished run") if folders[0] else None
        )
        return cls(effort, threads, pretrained, arguments.results, CACHE)

    @cached_property
    def text(self) -> text.Text:
        """The corpus, prepared at first use."""
        return text.prepare(self.cache, quick=self.effort is QUICK)

    @cached_property
    def models(self) -> Models:
        """The models given on the command line, or a teacher and a student trained briefly and cached."""
        from benchmarks.models import train

        return self.pretrained or train(self)

    @cached_property
    def lines(self) -> list[str]:
        """Source lines of the test set."""
        return (self.text.test / "test.src").read_text(encoding="utf-8").splitlines()

    def log(self, *parts: object) -> Path:
        """Path of a side's log."""
        return self.cache / "logs" / ("-".join(map(str, parts)).replace(" ", "-") + ".log")

    def circumstances(self) -> dict[str, Any]:
        """Recorded with every row: where it was measured."""
        machine = f"{cpu_name()}, {len(os.sched_getaffinity(0))} cores"
        load = round(os.getloadavg()[1], 2)
        measured_on = {"machine": machine, "load_average": load, "commit": commit()}
        return measured_on | {"text": self.text.name, "quick": self.effort is QUICK}


def commit() -> str:
    """The measured commit, with "+" appended if files differ from it; empty if git is not available."""
    command = ["git", "-C", str(CACHE.parent), "describe", "--always", "--abbrev=7", "--dirty=+"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def announce(threads: int) -> str:
    """Log the number of threads and return it as a label."""
    label = "1 thread" if threads == 1 else f"{threads} threads"
    say(f" {label}")
    return label
