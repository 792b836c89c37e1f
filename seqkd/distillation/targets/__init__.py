"""Kinds of training targets, one file each: which translations of a teacher become a student's target side.

A file ``best_chrf.py`` here is the kind ``best-chrf``, ``ranked_plus_gold.py`` is ``ranked+gold``; nothing else
registers it. The module defines

``DECODING``
    the translations it selects from: ``beam`` (one each), ``n-best`` or ``samples``;
``LABEL``
    what the targets are, for the documentation: ``teacher's samples``;
``select(candidates, reference)``
    the targets of one sentence, in order; each becomes a training pair. ``candidates`` are the teacher's translations,
    in its order;
``SCORE``
    optional: a function of :mod:`seqkd.distillation.sentence_scores`. The candidates are then the distinct texts, best
    first; ties keep the teacher's order;
``MIN_SAMPLES``
    optional, for samples: the number below which there is nothing to select from.

Modules here must not import torch or sacrebleu at import time, so that checking a config stays fast.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

GOLD = "gold"
"""The references themselves, which no kind selects."""
NAMES = tuple(
    sorted(file.stem.replace("_plus_", "+").replace("_", "-") for file in Path(__file__).parent.glob("[a-z]*.py"))
)
"""The registered kinds."""

if TYPE_CHECKING:
    Targets = str
else:
    Targets = Literal[(GOLD, *NAMES)]
"""What the ``targets`` of a student may be."""


@dataclass(frozen=True)
class Candidate:
    """A translation.

    Attributes:
        ids: its subwords if these were sampled; None to encode the text with the tokenizer.
    """

    text: str
    ids: list[int] | None = None


def module_of(kind: str) -> str:
    """Name of the module that defines the kind of targets ``kind``."""
    return f"{__name__}.{kind.replace('+', '_plus_').replace('-', '_')}"


def load(kind: str) -> ModuleType:
    """The module of a kind, imported on first use, so that an edit of it affects no other kind."""
    return import_module(module_of(kind))


def label(targets: str) -> str:
    """What these targets are, in a few words."""
    return "references" if targets == GOLD else str(load(targets).LABEL)


def job_settings(kind: str, bleu_tokenize: str) -> dict[str, Any]:
    """The settings that ``make_targets`` reads for this kind."""
    return {"targets": kind} | ({"bleu_tokenize": bleu_tokenize} if hasattr(load(kind), "SCORE") else {})
