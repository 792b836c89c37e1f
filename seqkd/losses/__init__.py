"""Objectives, one file each. A file ``word_kd.py`` here is the objective ``word-kd``; nothing else registers it.

A file of the user's own is named in a config by its path below the run's folder, ``my_losses/margin.py``, and is used
like one here (docs/tutorial-new-loss.md).

Such a module has a docstring whose first line is what it is and, in brackets, its source, with the formula indented
below it. It defines

``NEEDS_TEACHER``
    whether ``Positions.teacher`` must be there;
``Options``
    its own settings, a :class:`seqkd.settings.Settings`;
``loss(positions, options)``
    the sum of the objective over all positions, a float32 scalar;
``gradient(positions, options)``
    optional: its gradient with respect to the student's logits, float32 [N, V], where a closed form is known. It must
    be a new tensor. Without it autograd works the gradient out, at about three times the cost;
``PREFIXES``
    optional: the modules of ``seqkd.prefixes`` whose sequences it reads, each in a pass of its own, told apart by
    ``positions.prefix``; the targets alone if not given. ``Options`` inherits the settings of each;
``READS_TOP_K``
    optional: True where ``Positions.teacher`` may also be a :class:`seqkd.losses.positions.TopK`, a stored teacher;
``MINIMAL_AT_TEACHER``
    optional: True where a student equal to its teacher has nothing to learn;
``misfit(options, targets)``
    optional: why it makes no sense with these ``targets`` of a config, in words that end a sentence; "" where it does;
``survey(scores, options)``
    optional: a number a position, [N], that needs the whole batch; ``loss`` finds it in ``positions.facts``. None if
    these options need none;
``remember(scores, options)``
    optional, beside ``survey``: what it keeps of this update for the next, a tensor, which it then finds in
    ``scores.memory``. It is saved with the training, which so goes on after an interruption as if there had been none;
``whole_sentences(options)``
    optional: True where it must see all positions of a sentence together, numbered in ``positions.sentence``;
``READS_LAYERS``
    optional: True where ``loss`` compares layers instead: it is given a :class:`seqkd.losses.layers.Layers`, once for
    the encoder and once for the decoder. It reads the targets alone and is differentiated by autograd;
``misfit_of_models(options, student, teacher)``
    optional: why it makes no sense for models with these settings, like ``misfit``.

What a training adds up is, for each pass, the sum divided by the number of its positions.

Modules here must not import torch when they are imported (tensor methods suffice), so that checking a config stays
quick.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from seqkd.errors import UserError
from seqkd.losses import outside
from seqkd.prefixes import targets
from seqkd.settings import Settings

NOT_OBJECTIVES = ("positions", "layers", "outside")

NAMES = tuple(
    sorted(
        file.stem.replace("_", "-")
        for file in Path(__file__).parent.glob("[a-z]*.py")
        if file.stem not in NOT_OBJECTIVES
    )
)
"""The registered objectives."""


def module_of(name: str) -> str:
    """Name of the module that defines the objective ``name``; for a file of the user's ``./`` and its path."""
    return f"./{name}" if outside.is_path(name) else f"seqkd.losses.{name.replace('-', '_')}"


def load(name: str) -> ModuleType:
    """The module of the objective ``name``, imported now and not before.

    Raises:
        UserError: a file of the user's cannot be loaded or is no objective.
    """
    return outside.load(name) if outside.is_path(name) else import_module(module_of(name))


def settings_of(name: str) -> type[Settings]:
    """The class of the objective's own settings."""
    options: type[Settings] = load(name).Options
    return options


def needs_teacher(name: str) -> bool:
    """Whether the objective reads the teacher's distribution."""
    return bool(load(name).NEEDS_TEACHER)


def reads_top_k(name: str) -> bool:
    """Whether the objective can read a stored teacher."""
    return bool(getattr(load(name), "READS_TOP_K", False))


def reads_layers(name: str) -> bool:
    """Whether the objective compares layers instead of distributions over words."""
    return bool(getattr(load(name), "READS_LAYERS", False))


def is_minimal_at_teacher(name: str) -> bool:
    """Whether a student equal to its teacher has nothing to learn from the objective."""
    return bool(getattr(load(name), "MINIMAL_AT_TEACHER", False))


def misfit(name: str, term: dict[str, Any], targets: str) -> str:
    """Why a term of a config's ``loss`` makes no sense with these targets, or nothing."""
    return _reason("misfit", name, term, targets)


def misfit_of_models(name: str, term: dict[str, Any], student: dict[str, Any], teacher: dict[str, Any]) -> str:
    """Why a term makes no sense for models with these settings, or nothing."""
    return _reason("misfit_of_models", name, term, student, teacher)


def _reason(function: str, name: str, term: dict[str, Any], *others: Any) -> str:
    """What an optional function of the objective answers.

    Raises:
        UserError: it fails, in a file of the user's.
    """
    module = load(name)
    reason = getattr(module, function, None)
    if reason is None:
        return ""
    try:
        return str(reason(module.Options(**split_term(term)[1]), *others))
    except Exception as error:
        if not outside.is_path(name):
            raise
        raise UserError(f"{name}: its {function} fails ({type(error).__name__}: {error}); mend the file") from None


def sources_of(name: str) -> tuple[ModuleType, ...]:
    """The prefix sources that the objective reads."""
    return tuple(getattr(load(name), "PREFIXES", (targets,)))


def prefixes_of(name: str) -> tuple[str, ...]:
    """Their names."""
    return tuple(name_of(source) for source in sources_of(name))


def name_of(source: ModuleType) -> str:
    """The name of a prefix source: its module's."""
    return source.__name__.rsplit(".", 1)[-1]


def split_term(term: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """Weight and own settings of one term of a config's ``loss``, e.g. ``{"weight": 0.5, "k": 5}``."""
    return float(term["weight"]), {key: value for key, value in term.items() if key != "weight"}
