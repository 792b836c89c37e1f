"""Imitation of the teacher on the student's own prefixes (Lin et al. 2020, ImitKD, EMNLP).

    L = - sum_t log q(a_t | z_<t, x),   a_t = argmax_v p(v | z_<t, x)
    z = the target with probability b, else a sample from the student;   b = 200^(-i/I) at update i of I

z is chosen for each sentence (DAgger). `teacher: distribution` learns p instead of a_t: - sum_v p(v) log q(v). Samples
are drawn from the student's 5 most probable tokens, as in the public code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from seqkd.losses.token_batch import TokenBatch
from seqkd.prefixes import mixed

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
PREFIXES = (mixed,)


class Options(mixed.Options):
    """What is imitated, and on which prefixes."""

    teacher: Literal["argmax", "distribution"] = Field(
        "argmax", description="Learn the teacher's most probable token or its full distribution."
    )
    on_policy_fraction: float = Field(
        0.995, gt=0, lt=1, description="Fraction of student samples at the end of training."
    )
    course: Literal["level", "rising"] = Field("rising", description="The fraction rises from 0 or is constant.")
    unit: Literal["batch", "sentence"] = Field("sentence", description="Unit for which a prefix is chosen.")
    top_k: int = Field(
        5, ge=0, le=10**6, description="Sample from this many most probable subwords; 0: from all, 1: greedy."
    )


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    if options.teacher == "distribution":
        return batch.log_z.sum() - batch.p.flatten().dot(batch.student_logits.flatten())
    return (batch.log_z - batch.student_logits.gather(1, batch.teacher_topk_ids(1))).sum()


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: q less what is imitated."""
    if options.teacher == "distribution":
        return batch.q - batch.p
    top1 = batch.teacher_topk_ids(1)
    return batch.q.scatter_add(1, top1, -batch.q.new_ones(top1.shape))
