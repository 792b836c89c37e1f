"""Objectives, one file each. A file ``word_kd.py`` here is the objective ``word-kd``; nothing else registers it.

Such a module defines

``NEEDS_TEACHER``
    whether ``Positions.teacher`` must be there;
``Options``
    its own settings, a :class:`seqkd.settings.Settings`;
``loss(positions, options)``
    the sum of the objective over all positions, a float32 scalar;
``gradient(positions, options)``
    optional: its gradient with respect to the student's logits, float32 [N, V], where a closed form is known. It must
    be a new tensor. Without it autograd works the gradient out, at about three times the cost.

Modules here must not import torch when they are imported (tensor methods suffice), so that checking a config stays
quick.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from seqkd.settings import Settings

NAMES = tuple(
    sorted(file.stem.replace("_", "-") for file in Path(__file__).parent.glob("[a-z]*.py") if file.stem != "positions")
)
"""The registered objectives."""


def module_of(name: str) -> str:
    """Name of the module that defines the objective ``name``."""
    return f"seqkd.losses.{name.replace('-', '_')}"


def load(name: str) -> ModuleType:
    """The module of the objective ``name``, imported now and not before."""
    return import_module(module_of(name))


def settings_of(name: str) -> type[Settings]:
    """The class of the objective's own settings."""
    options: type[Settings] = load(name).Options
    return options


def needs_teacher(name: str) -> bool:
    """Whether the objective reads the teacher's distribution."""
    return bool(load(name).NEEDS_TEACHER)


def split_term(term: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """Weight and own settings of one term of a config's ``loss``, e.g. ``{"weight": 0.5, "k": 5}``."""
    return float(term["weight"]), {key: value for key, value in term.items() if key != "weight"}
