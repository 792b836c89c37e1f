"""Word-KD on the tokens that are hard for the student (Wang et al. 2021, Selective KD, ACL).

    L = sum_(t in S) KL( p(. | y_<t, x) || q(. | y_<t, x) ),   S = { t : - log q(y_t | y_<t, x) >= c }

c is chosen so that S holds the hardest fraction r of the batch's tokens: ceil(r N) of N, and ties with the last of them
(the paper's batch level). With `queue`, S is the hardest fraction of the last `queue` tokens, including this batch's
(the paper's global level; 30,000 for English-German): fewer tokens of an easy batch are learned, more of a hard one.
A token's log-probability is kept as computed when it was seen. The paper adds it to label-smoothed likelihood with
weights 1 and 1: `{nll: 1, selective-kd: 1}`. The sum is divided by N as usual. It costs one more projection of all
positions.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.losses.token_batch import BatchLogProbs, TokenBatch
from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
ZERO_AT_TEACHER = True


class Options(Settings):
    """Which tokens are selected."""

    share: float = Field(0.5, gt=0, le=1, description="Fraction of the tokens that are learned from the teacher.")
    queue: int = Field(
        0,
        ge=0,
        le=10**8,
        description="0: the fraction of each batch. Otherwise of the last `queue` tokens, including this batch's.",
    )


def precompute(scores: BatchLogProbs, options: Options) -> torch.Tensor:
    """1 for the tokens of S and 0 for others, [N]."""
    log_probs = update_state(scores, options) if options.queue else scores.log_q_target
    count = math.ceil(options.share * len(log_probs))
    return (scores.log_q_target <= log_probs.kthvalue(count).values).float()


def update_state(scores: BatchLogProbs, options: Options) -> torch.Tensor:
    """The student's log-probabilities of the last tokens, latest at the end, at most [queue]."""
    import torch

    if not options.queue:
        return scores.state
    return torch.cat([scores.state.to(scores.log_q_target), scores.log_q_target])[-options.queue :].clone()


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over the selected positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    return select(batch)[1].kl_sum


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: q - p at the selected positions, else 0."""
    import torch

    rows, selected = select(batch)
    return torch.zeros_like(batch.student_logits).index_copy_(0, rows, selected.q - selected.p)


def select(batch: TokenBatch) -> tuple[torch.Tensor, TokenBatch]:
    """The rows in S, [n], and their positions; nothing is computed for the others."""

    def make() -> tuple[torch.Tensor, TokenBatch]:
        rows = batch.precomputed["selective-kd"].nonzero()[:, 0]
        student, teacher = (logits.index_select(0, rows) for logits in (batch.student_logits, batch.teacher_logits))
        return rows, TokenBatch(student, batch.target[rows], teacher)

    return batch.cached("selective-kd", make)
