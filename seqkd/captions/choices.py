"""Texts with choices in them: all of them with their probabilities, or one that is drawn.

A text is a string, a ``Series`` of texts side by side, or a ``Choice`` among texts. Given the style, choices are
independent, so a text's probability is a product; it is kept for all styles at once.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress
from random import Random

import numpy as np
from numpy.typing import NDArray

from seqkd.captions.styles import STYLES, Option, Vector, vectors


@dataclass(frozen=True)
class Series:
    """Parts in order; empty ones leave no blank."""

    parts: tuple["Text", ...]


@dataclass(frozen=True)
class Choice:
    """One of several texts; each has its probability in each style."""

    texts: tuple["Text", ...]
    weights: tuple[Vector, ...]


Text = str | Series | Choice


def series(*parts: Text) -> Text:
    """Parts in order, as flat as can be."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Series) else (part,)) if one != ""]
    return flat[0] if len(flat) == 1 else Series(tuple(flat))


def choice(texts: Sequence[tuple[Text, str]]) -> Text:
    """A choice among texts with tags; see ``styles.vectors``."""
    if len(texts) == 1:
        return texts[0][0]
    return Choice(tuple(text for text, _ in texts), tuple(vectors(tuple(tags for _, tags in texts))))


@cache
def said(options: tuple[Option, ...]) -> Text:
    """A choice among plain options."""
    return choice([(one.text, one.tags) for one in options])


def weighted(*texts: tuple[Text, Vector]) -> Text:
    """A choice with weights for each style, made to sum to 1; texts that no style chooses are left out."""
    kept = [(text, weight) for text, weight in texts if any(weight)]
    sums = [sum(weight[z] for _, weight in kept) for z in range(len(STYLES))]
    weights = (tuple(value / total for value, total in zip(weight, sums, strict=True)) for _, weight in kept)
    return kept[0][0] if len(kept) == 1 else Choice(tuple(text for text, _ in kept), tuple(weights))


def bound(text: Text) -> int:
    """How many strings there are at most."""
    if isinstance(text, str):
        return 1
    if isinstance(text, Series):
        return math.prod(map(bound, text.parts))
    return sum(map(bound, text.texts))


def spelled_out(text: Text) -> tuple[list[str], NDArray[np.float64]]:
    """All strings that some style says (some perhaps twice), n, and p(string | style) of each, (n, styles)."""
    if isinstance(text, str):
        return [text], np.ones((1, len(STYLES)))
    if isinstance(text, Series):
        strings, weights = [""], np.ones((1, len(STYLES)))
        for part in text.parts:
            more, factors = spelled_out(part)
            strings = [f"{one} {other}" for one in strings for other in more]
            weights = (weights[:, None] * factors[None]).reshape(-1, len(STYLES))
            possible = weights.max(axis=1) > 0  # American and British words do not meet
            if not possible.all():
                strings, weights = list(compress(strings, possible.tolist())), weights[possible]
        return strings, weights
    found = [spelled_out(one) for one in text.texts]
    scaled = [weights * np.array(factor) for (_, weights), factor in zip(found, text.weights, strict=True)]
    return [string for strings, _ in found for string in strings], np.concatenate(scaled)


def drawn(text: Text, style: int, rng: Random) -> str:
    """One string, drawn in a style."""
    if isinstance(text, str):
        return text
    if isinstance(text, Series):
        return " ".join(drawn(part, style, rng) for part in text.parts)
    weights = [weight[style] for weight in text.weights]
    return drawn(rng.choices(text.texts, weights)[0], style, rng)
