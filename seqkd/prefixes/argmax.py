"""The student's parallel argmax, iterated (TIE-KD, Zhang et al. 2023, arXiv 2305.08096).

    z^(1) = the target,  z^(n+1)_t = argmax_v q(v | z^(n)_<t, x) for all t at once

Each decoder pass gives the next prefix, with the target's length and padding. It is the pass of the loss, so dropout is
on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    import torch

    from seqkd.data.batching import Batch
    from seqkd.prefixes import PrefixContext


class Options(Settings):
    """Number of prefixes."""

    iterations: int = Field(
        3, ge=1, le=20, description="Prefixes read: the targets, then the student's parallel argmax on the one before."
    )


def passes(options: Options) -> int:
    """The passes after the one on the targets."""
    return options.iterations - 1


def pairs(context: PrefixContext, options: Options) -> Iterator[Batch]:
    """Batches with the target's padding; the prefix of ``context.batch`` is not modified."""
    batch = context.batch
    for _ in range(passes(options)):
        assert context.previous_argmax is not None, "the pass on the targets comes first"
        batch = replace(batch, prefix=shift_right(batch.prefix, context.previous_argmax))
        yield batch


def shift_right(prefix: torch.Tensor, argmax: torch.Tensor) -> torch.Tensor:
    """``argmax`` shifted right by one, after the prefix's first token; both [B, T]."""
    shifted = prefix.clone()
    shifted[:, 1:] = argmax[:, :-1]
    return shifted
