"""Word-KD on the words that are hard for the student (Wang et al. 2021, Selective KD, ACL).

    L = sum_(t in S) KL( p(. | y_<t, x) || q(. | y_<t, x) ),   S = the share r of the batch's tokens with largest
                                                               - log q(y_t | y_<t, x)

ceil(r N) of N tokens, and ties with the last of them. The paper adds it to label-smoothed likelihood with weights 1 and
1: `{nll: 1, selective-kd: 1}`. The sum is divided by N like any other. It costs a look at all positions before the
loss. The paper's other way, a threshold from a queue of past tokens, is not here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.losses.positions import Positions, Scores
from seqkd.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
MINIMAL_AT_TEACHER = True


class Options(Settings):
    """How many."""

    share: float = Field(0.5, gt=0, le=1, description="Share of the batch's tokens that are learned from the teacher.")


def survey(scores: Scores, options: Options) -> torch.Tensor:
    """1 for the tokens of S and 0 for others, [N]."""
    kept = math.ceil(options.share * len(scores.student))
    return (scores.student <= scores.student.kthvalue(kept).values).float()


def loss(positions: Positions, options: Options) -> torch.Tensor:
    """Sum over the chosen positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    divergence = (positions.p.xlogy(positions.p) - positions.p * positions.log_q).sum(-1)
    return (divergence * positions.facts["selective-kd"]).sum()


def gradient(positions: Positions, options: Options) -> torch.Tensor:
    """Of the loss with respect to the logits, [N, V]: q - p where it is chosen."""
    return (positions.q - positions.p) * positions.facts["selective-kd"][:, None]
