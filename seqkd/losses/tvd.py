"""Total variation distance (Wen et al. 2023, f-DISTILL, arXiv 2307.15190).

    L = 1/4 sum_t sum_v | q(v | y_<t, x) - p(v | y_<t, x) |  +  1/4 sum_t sum_v | q(v | y'_<t, x) - p(v | y'_<t, x) |

On prefixes y of the targets (`targets: samples` for samples from the teacher) and y' sampled from the student: the mean
of two upper bounds of the distance over sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.token_batch import TokenBatch
from seqkd.prefixes import student, targets

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
ZERO_AT_TEACHER = True
PREFIXES = (targets, student)


class Options(student.Options):
    """How the student is sampled."""


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """One half, summed over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    return _difference(batch).abs().sum() / 4


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]."""
    return batch.softmax_backward(_difference(batch).sign().mul_(batch.q)).div_(4)


def _difference(batch: TokenBatch) -> torch.Tensor:
    return batch.cached("tvd", lambda: batch.q - batch.p)
