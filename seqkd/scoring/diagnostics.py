"""Kim & Rush's diagnostics: perplexity on gold text, mass of the mode, and agreement with the gold token."""

import math
from typing import Any

import numpy as np

References = dict[str, list[Any]]
"""Columns over sentences: ``log_prob`` of the reference, end of sentence included, its number of ``tokens``, and of how
many of them the model's argmax is that token (``top1``)."""


def gold(scored: References, references: list[str]) -> dict[str, Any]:
    """Perplexity of the references per token and per character, and the share of tokens that are the argmax.

    A character's perplexity is exp(-sum log q / characters), one more character per sentence for its end; it can be
    compared across vocabularies, the token's cannot.
    """
    nll, tokens = -sum(scored["log_prob"]), sum(scored["tokens"])
    characters = sum(len(text) + 1 for text in references)
    return {
        "gold_ppl": perplexity(nll, tokens),
        "gold_ppl_char": perplexity(nll, characters),
        "top1_agreement": round(sum(scored["top1"]) / tokens, 6),
    }


def perplexity(nll: float, count: int) -> float | None:
    """exp(nll / count), or None where that is beyond what JSON and a table can hold."""
    exponent = nll / count
    return round(math.exp(exponent), 4) if exponent < 300 else None


def mode(log_probs: list[float], finished: list[bool]) -> dict[str, Any]:
    """Mass of the model's own greedy output, p(t = y^) (Kim & Rush 2016, table 1): mean and median over finished ones.

    Truncated outputs have no end and so no probability as a sentence: they are only counted, elsewhere.
    """
    masses = [math.exp(log_prob) for log_prob, is_finished in zip(log_probs, finished, strict=True) if is_finished]
    return {
        "mode_mass": round(float(np.mean(masses)), 8) if masses else None,
        "mode_mass_median": round(float(np.median(masses)), 8) if masses else None,
    }
