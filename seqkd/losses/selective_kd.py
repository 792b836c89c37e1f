"""Word-KD on the words that are hard for the student (Wang et al. 2021, Selective KD, ACL).

    L = sum_(t in S) KL( p(. | y_<t, x) || q(. | y_<t, x) ),   S = { t : - log q(y_t | y_<t, x) >= c }

c is such that the share r of the batch's tokens is in S, the hardest: ceil(r N) of N, and ties with the last of them
(the paper's batch level). With `queue` it is such for the tokens seen last, so many of them, this batch's included (its
global level; 30,000 for English-German): of an easy batch fewer are learned then, of a hard one more. What a token
was worth stays as it was when it was seen. The paper adds it to label-smoothed likelihood with weights 1 and 1:
`{nll: 1, selective-kd: 1}`. The sum is divided by N like any other. It costs a look at all positions before the loss.
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
    """How many, and of which."""

    share: float = Field(0.5, gt=0, le=1, description="Share of the tokens that are learned from the teacher.")
    queue: int = Field(
        0,
        ge=0,
        le=10**8,
        description="0: the share of each batch. Otherwise that of so many tokens seen last, this batch's among them.",
    )


def survey(scores: Scores, options: Options) -> torch.Tensor:
    """1 for the tokens of S and 0 for others, [N]."""
    known = remember(scores, options) if options.queue else scores.student
    kept = math.ceil(options.share * len(known))
    return (scores.student <= known.kthvalue(kept).values).float()


def remember(scores: Scores, options: Options) -> torch.Tensor:
    """The student's log-probabilities of the tokens seen last, the latest at the end, [queue] at most."""
    import torch

    if not options.queue:
        return scores.memory
    return torch.cat([scores.memory.to(scores.student), scores.student])[-options.queue :].clone()


def loss(positions: Positions, options: Options) -> torch.Tensor:
    """Sum over the chosen positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    return chosen(positions)[1].kl_sum


def gradient(positions: Positions, options: Options) -> torch.Tensor:
    """Of the loss with respect to the logits, [N, V]: q - p where it is chosen."""
    import torch

    rows, them = chosen(positions)
    return torch.zeros_like(positions.student).index_copy_(0, rows, them.q - them.p)


def chosen(positions: Positions) -> tuple[torch.Tensor, Positions]:
    """Which positions are in S, and these alone: nothing is worked out for the others."""

    def make() -> tuple[torch.Tensor, Positions]:
        rows = positions.facts["selective-kd"].nonzero()[:, 0]
        student, known = (each.index_select(0, rows) for each in (positions.student, positions.known))
        return rows, Positions(student, positions.target[rows], known)

    return positions.once("selective-kd", make)
