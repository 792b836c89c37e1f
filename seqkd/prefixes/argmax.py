"""The student's parallel argmax, again and again (TIE-KD, Zhang et al. 2023, arXiv 2305.08096).

    z^(1) = the target,  z^(n+1)_t = argmax_v q(v | z^(n)_<t, x) for all t at once

One decoder pass gives the next prefix, at the target's length and with its padding. The pass is that of the loss, so
dropout is on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.settings import Settings

if TYPE_CHECKING:
    import torch

    from seqkd.batches.batches import Batch
    from seqkd.prefixes import View


class Options(Settings):
    """How often."""

    iterations: int = Field(
        3, ge=1, le=20, description="Prefixes read: the targets, then the student's parallel argmax on the one before."
    )


def passes(options: Options) -> int:
    """The passes after the one on the targets."""
    return options.iterations - 1


def pairs(view: View, options: Options) -> Iterator[Batch]:
    """The target's padding stays, and the batch's own prefix is not touched."""
    batch = view.batch
    for _ in range(passes(options)):
        assert view.choices is not None, "the pass on the targets comes first"
        batch = replace(batch, prefix=shifted(batch.prefix, view.choices))
        yield batch


def shifted(prefix: torch.Tensor, choices: torch.Tensor) -> torch.Tensor:
    """``choices`` one place to the right behind the prefix's first token, [B, T] both."""
    found = prefix.clone()
    found[:, 1:] = choices[:, :-1]
    return found
