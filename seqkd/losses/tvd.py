"""Total variation distance (Wen et al. 2023, f-DISTILL, arXiv 2307.15190).

    L = 1/4 sum_t sum_v | q(v | y_<t, x) - p(v | y_<t, x) |  +  1/4 sum_t sum_v | q(v | y'_<t, x) - p(v | y'_<t, x) |

On prefixes y of the targets (`targets: samples` for samples from the teacher) and y' sampled from the student: the mean
of two upper bounds of the distance over sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.positions import Positions
from seqkd.prefixes import student, targets

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
MINIMAL_AT_TEACHER = True
PREFIXES = (targets, student)


class Options(student.Options):
    """How the student is sampled."""


def loss(positions: Positions, options: Options) -> torch.Tensor:
    """One half, summed over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    return _difference(positions).abs().sum() / 4


def gradient(positions: Positions, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]."""
    return positions.through_softmax(_difference(positions).sign().mul_(positions.q)).div_(4)


def _difference(positions: Positions) -> torch.Tensor:
    return positions.once("tvd", lambda: positions.q - positions.p)
