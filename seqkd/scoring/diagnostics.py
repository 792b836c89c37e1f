"""Kim & Rush's diagnostics: perplexity on gold text, mass of the mode, and agreement with the gold token."""

import math
from typing import Any

import numpy as np

from seqkd.decoding.search import Hypothesis

Scored = list[tuple[list[float], list[bool]]]
"""For each sentence, log q of every target token (EOS included) and whether it is the model's first choice."""


def gold(scored: Scored, references: list[str]) -> dict[str, Any]:
    """Perplexity of the references per token and per character, and the share of tokens that are the first choice.

    A character's perplexity is exp(-sum log q / characters), one more character a sentence for its end; it can be
    compared across vocabularies, the token's cannot.
    """
    nll = -sum(sum(scores) for scores, _ in scored)
    tokens = sum(len(scores) for scores, _ in scored)
    hits = sum(sum(own) for _, own in scored)
    characters = sum(len(text) + 1 for text in references)
    return {
        "gold_ppl": perplexity(nll, tokens),
        "gold_ppl_char": perplexity(nll, characters),
        "top1_agreement": round(hits / tokens, 6),
    }


def perplexity(nll: float, count: int) -> float | None:
    """exp(nll / count), or None where that is beyond what JSON and a table can hold."""
    exponent = nll / count
    return round(math.exp(exponent), 4) if exponent < 300 else None


def mode(greedy: list[Hypothesis]) -> dict[str, Any]:
    """Mass of the model's own greedy output, p(t = y^) (Kim & Rush 2016, table 1): mean and median over finished ones.

    Truncated outputs have no end and so no probability as a sentence: they stand apart, as a count.
    """
    masses = [math.exp(hypothesis.log_prob) for hypothesis in greedy if hypothesis.finished]
    return {
        "mode_mass": round(float(np.mean(masses)), 8) if masses else None,
        "mode_mass_median": round(float(np.median(masses)), 8) if masses else None,
    }
