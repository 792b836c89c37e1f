"""Jensen-Shannon divergence with a weight (Wen et al. 2023, f-DISTILL, arXiv 2307.15190).

    L = (1 - w) sum_t sum_v p(v | y_<t, x)  [ log p(v | y_<t, x)  - log m(v | y_<t, x)  ],   y of the targets
      +    w    sum_t sum_v q(v | y'_<t, x) [ log q(v | y'_<t, x) - log m(v | y'_<t, x) ],   y' ~ q
    m = s_t q + (1 - s_t) p

w (`student_weight`) is the student's weight, 1/2 in the paper; it is the beta of f-DISTILL's public code and 1 - beta
in GKD. The gradient flows through q, also in m, but not through the sampling of y'. `mixture: local` takes s_t = w at
every step, as that code does. `mixture: exact` makes the sum the divergence between the distributions over whole
sentences, if y is sampled from the teacher:

    s_t = w q(y_<t | x) / ( w q(y_<t | x) + (1 - w) p(y_<t | x) ),   s_1 = w

Like the prefix itself, s_t gets no gradient.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from seqkd.losses.token_batch import LEAST, TokenBatch
from seqkd.prefixes import student, targets
from seqkd.utils.fast_log import log

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
ZERO_AT_TEACHER = True
PREFIXES = (targets, student)


class Options(student.Options):
    """The weight, the mixture, and how the student is sampled."""

    student_weight: float = Field(
        0.5, gt=0, lt=1, description="Weight w of the student: m = w q + (1 - w) p, and of its half of the loss."
    )
    mixture: Literal["local", "exact"] = Field(
        "local", description="Same mixture at each step, or weighted by the likelihood of the prefix."
    )


def incompatible_targets(options: Options, targets: str) -> str:
    """The exact mixture needs unmodified samples from both distributions."""
    if options.mixture == "local":
        return ""
    if options.top_k or options.temperature != 1:
        return "weighs prefixes as samples from the student with `mixture: exact`; leave out `top_k` and `temperature`"
    if targets != "samples":
        return "weighs prefixes as samples from the teacher with `mixture: exact`; write `targets: samples`"
    return ""


def whole_sentences(options: Options) -> bool:
    """The exact mixture sums over the tokens before a position."""
    return options.mixture == "exact"


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """One half, summed over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    distribution, weight = _half(batch, options)
    return weight * distribution.flatten().dot(_log_density_ratio(batch, options).flatten())


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]; the density ratios stay below 1 / s and 1 / (1 - s)."""
    _, weight = _half(batch, options)
    grad_q = -_mixture_weight(batch, options) * _density_ratio(batch, options)
    if batch.prefix == "student":
        grad_q += _log_density_ratio(batch, options)
    return batch.softmax_backward(grad_q.mul_(batch.q)).mul_(weight)


def _half(batch: TokenBatch, options: Options) -> tuple[torch.Tensor, float]:
    """The distribution whose divergence from the mixture this half is, [N, V], and its weight."""
    if batch.prefix == "student":
        return batch.q, options.student_weight
    return batch.p, 1 - options.student_weight


def _density_ratio(batch: TokenBatch, options: Options) -> torch.Tensor:
    """That distribution over the mixture, [N, V]; clamped above 0 to have a logarithm, which then has weight 0."""
    mixture = batch.mixture(_mixture_weight(batch, options))
    return batch.cached("js", lambda: (_half(batch, options)[0] / mixture).clamp_(min=LEAST))


def _log_density_ratio(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Its logarithm, [N, V]."""
    return batch.cached("log of js", lambda: log(_density_ratio(batch, options)))


def _mixture_weight(batch: TokenBatch, options: Options) -> float | torch.Tensor:
    """The student's weight s_t in the mixture: a number, or [N, 1]."""
    if options.mixture == "local":
        return options.student_weight
    return batch.cached("mixture weight of js", lambda: exact_mixture_weight(batch, options.student_weight))


def exact_mixture_weight(batch: TokenBatch, weight: float) -> torch.Tensor:
    """s_t of the exact mixture, [N, 1], without gradient; positions are whole sentences, one after the other."""
    assert batch.sentence is not None, "the exact mixture needs to know where sentences begin"
    target = batch.target[:, None]
    q, p = (dist.gather(1, target).detach().clamp(min=LEAST).double() for dist in (batch.q, batch.p))
    log_ratio = q.log() - p.log()
    prefix_log_ratio = log_ratio.cumsum(0) - log_ratio
    lengths = batch.sentence.unique_consecutive(return_counts=True)[1]
    prefix_log_ratio -= prefix_log_ratio[lengths.cumsum(0) - lengths].repeat_interleave(lengths, 0)
    log_odds = math.log(weight) - math.log1p(-weight)
    return (prefix_log_ratio + log_odds).sigmoid().to(batch.student_logits.dtype)
