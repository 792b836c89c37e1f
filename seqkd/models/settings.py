"""The ``models:`` section: a union of the architectures' settings, discriminated by ``architecture:``.

A file ``lstm_settings.py`` here has the settings of the architecture ``lstm``, as ``Settings``; nothing else registers
it. They are in files of their own, so that checking a config imports no torch and a training's code fingerprint covers
only those it reads; only the config imports this module.
"""

from functools import reduce
from importlib import import_module
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Tag

from seqkd.models import ArchitectureSettings

DEFAULT = "transformer"
NAMES = tuple(
    sorted(
        (file.stem.removesuffix("_settings") for file in Path(__file__).parent.glob("*_settings.py")),
        key=lambda name: (name != DEFAULT, name),
    )
)
"""The architectures that a config may name, the default first."""


def settings_class(name: str) -> type[ArchitectureSettings]:
    """The class of the settings of an architecture."""
    settings: type[ArchitectureSettings] = import_module(f"seqkd.models.{name}_settings").Settings
    return settings


def _architecture(value: Any) -> Any:
    """The architecture of an entry."""
    if isinstance(value, dict):
        return value.get("architecture", DEFAULT)
    return getattr(value, "architecture", DEFAULT)


if TYPE_CHECKING:
    ModelSettings = ArchitectureSettings
else:
    ModelSettings = Annotated[
        reduce(or_, (Annotated[settings_class(name), Tag(name)] for name in NAMES)), Discriminator(_architecture)
    ]
