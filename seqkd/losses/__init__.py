"""Objectives, one file each. A file ``word_kd.py`` here is the objective ``word-kd``; nothing else registers it.

A custom objective is named in a config by its path relative to the run folder, e.g. ``my_losses/margin.py``, and is
used like the ones here (docs/tutorial-new-loss.md).

The first line of the module's docstring names the objective and, in parentheses, its source; the formula follows,
indented. The module defines

``NEEDS_TEACHER``
    whether it reads ``TokenBatch.teacher``;
``Options``
    its settings, a :class:`seqkd.utils.settings.Settings`;
``loss(batch, options)``
    the sum of the objective over all positions, a float32 scalar;
``gradient(batch, options)``
    optional: the gradient with respect to the student's logits, float32 [N, V], where it has a closed form. Must be a
    new tensor. Without it autograd computes the gradient, at about three times the cost;
``PREFIXES``
    optional: the modules of ``seqkd.prefixes`` whose sequences it reads, one pass each, identified by
    ``batch.prefix``. Default: only the targets. ``Options`` inherits the settings of each;
``SUPPORTS_TEACHER_TOPK``
    optional: True if ``TokenBatch.teacher`` may also be a :class:`seqkd.losses.token_batch.TopK`, a stored teacher;
``ZERO_AT_TEACHER``
    optional: True if the loss is minimal when the student equals its teacher;
``incompatible_targets(options, targets)``
    optional: why it cannot be used with these ``targets`` of a config, as the end of a sentence; "" if it can;
``precompute(scores, options)``
    optional: a value per position, [N], that depends on the whole batch; ``loss`` reads it from ``batch.precomputed``.
    None if these options need none;
``update_state(scores, options)``
    optional, with ``precompute``: a tensor to keep for the next update, which reads it from ``scores.state``. It is
    saved with the training state, so that interrupted trainings resume exactly;
``whole_sentences(options)``
    optional: True if it must see all positions of a sentence together, numbered in ``batch.sentence``;
``READS_LAYERS``
    optional: True if ``loss`` compares layers instead. It then takes a :class:`seqkd.losses.layer_outputs.Layers`,
    once for the encoder and once for the decoder, reads only the targets, and is differentiated by autograd;
``incompatible_models(options, student, teacher)``
    optional: why it cannot be used for models with these settings, like ``incompatible_targets``.

For each pass, the training loss is the sum divided by the number of positions.

Modules here must not import torch at import time (tensor methods suffice), so that checking a config stays fast.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from seqkd.losses import user_losses
from seqkd.prefixes import targets
from seqkd.utils.errors import UserError
from seqkd.utils.settings import Settings

NOT_OBJECTIVES = ("token_batch", "layer_outputs", "user_losses", "topk")

NAMES = tuple(
    sorted(
        file.stem.replace("_", "-")
        for file in Path(__file__).parent.glob("[a-z]*.py")
        if file.stem not in NOT_OBJECTIVES
    )
)
"""The registered objectives."""


def module_of(name: str) -> str:
    """Name of the module that defines the objective ``name``; ``./`` and its path for a custom objective."""
    return f"./{name}" if user_losses.is_path(name) else f"seqkd.losses.{name.replace('-', '_')}"


def load(name: str) -> ModuleType:
    """The module of the objective ``name``, imported on first use.

    Raises:
        UserError: a custom objective cannot be loaded, or its file does not define one.
    """
    return user_losses.load(name) if user_losses.is_path(name) else import_module(module_of(name))


def settings_of(name: str) -> type[Settings]:
    """The class of the objective's settings."""
    options: type[Settings] = load(name).Options
    return options


def needs_teacher(name: str) -> bool:
    """Whether the objective reads the teacher's distribution."""
    return bool(load(name).NEEDS_TEACHER)


def supports_teacher_topk(name: str) -> bool:
    """Whether the objective can read a stored teacher."""
    return bool(getattr(load(name), "SUPPORTS_TEACHER_TOPK", False))


def reads_layers(name: str) -> bool:
    """Whether the objective compares layers instead of distributions over tokens."""
    return bool(getattr(load(name), "READS_LAYERS", False))


def is_zero_at_teacher(name: str) -> bool:
    """Whether the objective is minimal when the student equals its teacher."""
    return bool(getattr(load(name), "ZERO_AT_TEACHER", False))


def incompatible_targets(name: str, term: dict[str, Any], targets: str) -> str:
    """Why a term of a config's ``loss`` cannot be used with these targets; "" if it can."""
    return _reason("incompatible_targets", name, term, targets)


def incompatible_models(name: str, term: dict[str, Any], student: dict[str, Any], teacher: dict[str, Any]) -> str:
    """Why a term cannot be used for models with these settings; "" if it can."""
    return _reason("incompatible_models", name, term, student, teacher)


def _reason(function: str, name: str, term: dict[str, Any], *arguments: Any) -> str:
    """The result of an optional function of the objective.

    Raises:
        UserError: the function of a custom objective fails.
    """
    module = load(name)
    check = getattr(module, function, None)
    if check is None:
        return ""
    try:
        return str(check(module.Options(**split_term(term)[1]), *arguments))
    except Exception as error:
        if not user_losses.is_path(name):
            raise
        raise UserError(f"{name}: its {function} fails ({type(error).__name__}: {error}); fix the file") from None


def sources_of(name: str) -> tuple[ModuleType, ...]:
    """The prefix sources that the objective reads."""
    return tuple(getattr(load(name), "PREFIXES", (targets,)))


def prefixes_of(name: str) -> tuple[str, ...]:
    """The names of the prefix sources that the objective reads."""
    return tuple(name_of(source) for source in sources_of(name))


def name_of(source: ModuleType) -> str:
    """The name of a prefix source: that of its module."""
    return source.__name__.rsplit(".", 1)[-1]


def split_term(term: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """Weight and settings of a term of a config's ``loss``, e.g. ``{"weight": 0.5, "k": 5}``."""
    return float(term["weight"]), {key: value for key, value in term.items() if key != "weight"}
