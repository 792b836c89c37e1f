"""Top-1 information enhanced: KL and hierarchical ranking, iterated (Zhang et al. 2023, TIE-KD, arXiv 2305.08096).

    L   = 1/N sum_n sum_t [ KL(p || q) + R1 + R2 ]   on z^(1) = the targets, z^(n+1) = the student's argmax on z^(n)
    R1  = sum_i max(0, q(a_i) - q(a_1))                                  a_1 .. a_k: the teacher's top k, best first
    R2  = sum_i sum_j 1[ p(a_i) > p(b_j) ] max(0, q(b_j) - q(a_i))       b_1 .. b_k: the student's top k

On probabilities, with hinges of margin 0. The teacher only decides which pairs count; gradients flow through q. The
paper mixes it as `{nll: 0.5, tie-kd: 0.5}` with label smoothing 0.1, k = 5 and N = 3. KL is exact, without the 1e-6
that the public code adds to probabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.losses.token_batch import TokenBatch
from seqkd.prefixes import argmax, targets

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
ZERO_AT_TEACHER = True
PREFIXES = (targets, argmax)


class Options(argmax.Options):
    """Length of the rankings and number of prefixes."""

    k: int = Field(5, ge=1, le=1000, description="Most probable subwords of teacher and student that are ranked.")


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """One iteration, summed over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    return (batch.kl_sum + sum(level.sum() for level in ranking(batch, options.k))) / options.iterations


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]. Only the k tokens of each are ranked; the softmax reaches all."""
    a, b = batch.teacher_topk_ids(options.k), batch.student_topk_ids(options.k)
    q, weight = batch.q, 1 / options.iterations
    q_a, q_b = q.gather(1, a), q.gather(1, b)
    above_top1 = (q_a > q_a[:, :1]).to(q.dtype)
    misranked = (_prefers_a(batch, a, b) & (q_b[:, None, :] > q_a[:, :, None])).to(q.dtype)
    grad_q_a = above_top1 - misranked.sum(2)
    grad_q_a[:, 0] -= above_top1.sum(1)
    at_a, at_b = weight * grad_q_a * q_a, weight * misranked.sum(1) * q_b
    elsewhere = weight - at_a.sum(1, keepdim=True) - at_b.sum(1, keepdim=True)
    grad = (q * elsewhere).sub_(batch.p, alpha=weight)
    return grad.scatter_add_(1, a, at_a).scatter_add_(1, b, at_b)


def ranking(batch: TokenBatch, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Both levels of the ranking loss, R1 and R2, [N] each."""
    a, b = batch.teacher_topk_ids(k), batch.student_topk_ids(k)
    q_a, q_b = batch.q.gather(1, a), batch.q.gather(1, b)
    level1 = (q_a - q_a[:, :1]).relu().sum(1)
    hinges = (q_b[:, None, :] - q_a[:, :, None]).relu() * _prefers_a(batch, a, b)
    return level1, hinges.sum((1, 2))


def _prefers_a(batch: TokenBatch, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Where the teacher prefers token a_i to b_j, bool [N, k, k]; strictly, so ties cost nothing."""
    return batch.p.gather(1, a)[:, :, None] > batch.p.gather(1, b)[:, None, :]
