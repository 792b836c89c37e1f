"""The targets of the training set: references, or the teacher's translations or samples, as set by ``targets``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    from seqkd.data.batching import Batch
    from seqkd.prefixes import PrefixContext


class Options(Settings):
    """`targets` has no settings."""


def passes(options: Options) -> int:
    """One pass."""
    return 1


def pairs(context: PrefixContext, options: Options) -> Iterator[Batch]:
    """The unchanged batch."""
    yield context.batch
