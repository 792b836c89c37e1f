"""A model q compared with a known distribution p over the translations t of a source s, one source at a time.

**Forward.** KL(p || q) = sum over t of p(t) [log p(t) - log q(t)], summed over all t, or the mean of the bracket over
samples from p. It is finite: the model gives every text some probability.

**Reverse.** KL(q || p) is infinite as soon as q gives a text outside the language (p(t) = 0) any mass. So two numbers
are reported: the share of the mass inside, Z = q(t in L), and the divergence of what is inside. With q'(t) = q(t) / Z,

    KL(q' || p) = sum over t in L of q'(t) [log q(t) - log Z - log p(t)]
                = E_q[1(t in L) (log q(t) - log p(t))] / Z - log Z.

Over N evenly spaced sources, q and p are read as distributions over pairs (s, t): both expectations are means over the
sources too, Z is one number, and so is the divergence. (By the chain rule it holds the divergence of each source's
translations, weighted by the mass inside, and that of the sources themselves, which is small where all have about the
same mass inside.) The estimate is a ratio of means over samples from q; it is consistent, its bias shrinks with N.

**What q(t) is.** A text can be segmented into subwords in many ways, its mass is the sum over them. q(t) here is the
mass of the segmentation by the tokenizer, a lower bound. So the forward divergence is an upper bound of that over texts
(and exact over sequences of subwords, which is what models are trained on), the reverse one a lower bound. Z is the
mass of texts, however they are segmented; the share of samples that are segmented as by the tokenizer is reported too.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Distribution(Protocol):
    """The true distribution over the translations of one source, as ``seqkd.corpus.captions.Truth`` gives it."""

    def translations(self) -> dict[str, float]:
        """Every translation and its probability, the mode first."""

    def log_prob(self, text: str) -> float:
        """Log-probability; minus infinity outside the language."""

    def rank(self, text: str) -> int | None:
        """1 for the mode; None outside the language."""


@dataclass(frozen=True)
class Expectation:
    """What an expectation under p is taken over: texts with their weights, which sum to 1.

    ``samples`` is 0 where the texts are all there are and the weights their probabilities.
    """

    weights: dict[str, float]
    samples: int


@dataclass(frozen=True)
class Forward:
    """KL(p || q) in nats, its standard error (0 by enumeration), and the true mass of what the model covers."""

    kl: float
    error: float
    coverage: float


@dataclass(frozen=True)
class Reverse:
    """Means over samples from q: share inside the language, log q - log p where inside (else 0), and of those inside
    the share segmented as by the tokenizer (None where none is inside)."""

    inside: float
    excess: float
    canonical: float | None


def forward(expected: Expectation, log_p: Mapping[str, float], log_q: Mapping[str, float], min_ratio: float) -> Forward:
    """Forward divergence and coverage: the true mass on texts with q(t) >= ``min_ratio`` p(t)."""
    gaps = {text: log_p[text] - log_q[text] for text in expected.weights}
    mean = sum(weight * gaps[text] for text, weight in expected.weights.items())
    variance = sum(weight * (gaps[text] - mean) ** 2 for text, weight in expected.weights.items())
    error = math.sqrt(variance / (expected.samples - 1)) if expected.samples else 0.0
    covered = sum(weight for text, weight in expected.weights.items() if gaps[text] <= -math.log(min_ratio))
    return Forward(mean, error, min(1.0, covered))


def reverse(samples: Sequence[tuple[str, bool]], log_p: Mapping[str, float], log_q: Mapping[str, float]) -> Reverse:
    """The means that the reverse divergence is made of.

    Args:
        samples: from q, each with whether it is segmented as by the tokenizer; texts that are not in ``log_p`` are
            outside the language.
    """
    inside = [(text, canonical) for text, canonical in samples if text in log_p]
    return Reverse(
        inside=len(inside) / len(samples),
        excess=sum(log_q[text] - log_p[text] for text, _ in inside) / len(samples),
        canonical=sum(canonical for _, canonical in inside) / len(inside) if inside else None,
    )


def reverse_kl(inside: float, excess: float) -> float:
    """KL(q' || p) of what is inside, from means over samples and sources; infinite where nothing is inside."""
    return excess / inside - math.log(inside) if inside > 0 else math.inf


def mode_of(truth: Distribution) -> tuple[str, float]:
    """The most probable translation and its probability."""
    return next(iter(truth.translations().items()))


def entropy_of(truth: Distribution) -> float:
    """Entropy over whole translations, in nats."""
    return -math.fsum(p * math.log(p) for p in truth.translations().values() if p > 0)
