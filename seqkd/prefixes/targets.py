"""The training's own targets: references, the teacher's translations or its samples, as ``targets`` says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from seqkd.settings import Settings

if TYPE_CHECKING:
    from seqkd.batches.batches import Batch
    from seqkd.prefixes import View


class Options(Settings):
    """Targets have no settings."""


def passes(options: Options) -> int:
    """One pass."""
    return 1


def pairs(view: View, options: Options) -> Iterator[Batch]:
    """The batch as it is."""
    yield view.batch
