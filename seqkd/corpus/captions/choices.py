"""Texts with alternatives: enumerated with their probabilities, or sampled.

A text is a string, a ``Series`` of texts, or a ``Choice`` among texts. Given the style, choices are independent, so a
text's probability is a product; it is computed for all styles at once.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress
from random import Random

import numpy as np
from numpy.typing import NDArray

from seqkd.corpus.captions.styles import STYLES, Option, Vector, vectors


@dataclass(frozen=True)
class Series:
    """Texts joined by blanks."""

    parts: tuple["Text", ...]


@dataclass(frozen=True)
class Choice:
    """One of several texts, with p(text | style) of each."""

    texts: tuple["Text", ...]
    weights: tuple[Vector, ...]


Text = str | Series | Choice


def series(*parts: Text) -> Text:
    """The texts in order, flattened and without empty ones."""
    flat = [item for part in parts for item in (part.parts if isinstance(part, Series) else (part,)) if item != ""]
    return flat[0] if len(flat) == 1 else Series(tuple(flat))


def choice(texts: Sequence[tuple[Text, str]]) -> Text:
    """A choice among texts with tags; see ``styles.vectors``."""
    if len(texts) == 1:
        return texts[0][0]
    return Choice(tuple(text for text, _ in texts), tuple(vectors(tuple(tags for _, tags in texts))))


@cache
def option_choice(options: tuple[Option, ...]) -> Text:
    """A choice among plain options."""
    return choice([(option.text, option.tags) for option in options])


def weighted(*texts: tuple[Text, Vector]) -> Text:
    """A choice with weights per style, normalised to sum to 1; texts with weight 0 in all styles are dropped."""
    kept = [(text, weight) for text, weight in texts if any(weight)]
    sums = [sum(weight[z] for _, weight in kept) for z in range(len(STYLES))]
    weights = (tuple(value / total for value, total in zip(weight, sums, strict=True)) for _, weight in kept)
    return kept[0][0] if len(kept) == 1 else Choice(tuple(text for text, _ in kept), tuple(weights))


def max_strings(text: Text) -> int:
    """Upper bound on the number of strings."""
    if isinstance(text, str):
        return 1
    if isinstance(text, Series):
        return math.prod(map(max_strings, text.parts))
    return sum(map(max_strings, text.texts))


def enumerate_strings(text: Text) -> tuple[list[str], NDArray[np.float64]]:
    """All n strings with non-zero probability (perhaps with duplicates), and p(string | style), shape [n, styles]."""
    if isinstance(text, str):
        return [text], np.ones((1, len(STYLES)))
    if isinstance(text, Series):
        strings, weights = [""], np.ones((1, len(STYLES)))
        for part in text.parts:
            suffixes, factors = enumerate_strings(part)
            strings = [f"{prefix} {suffix}" for prefix in strings for suffix in suffixes]
            weights = (weights[:, None] * factors[None]).reshape(-1, len(STYLES))
            possible = weights.max(axis=1) > 0  # American and British words do not mix
            if not possible.all():
                strings, weights = list(compress(strings, possible.tolist())), weights[possible]
        return strings, weights
    enumerated = [enumerate_strings(alternative) for alternative in text.texts]
    scaled = [weights * np.array(factor) for (_, weights), factor in zip(enumerated, text.weights, strict=True)]
    return [string for strings, _ in enumerated for string in strings], np.concatenate(scaled)


def sample_string(text: Text, style: int, rng: Random) -> str:
    """A string sampled in a style."""
    if isinstance(text, str):
        return text
    if isinstance(text, Series):
        return " ".join(sample_string(part, style, rng) for part in text.parts)
    weights = [weight[style] for weight in text.weights]
    return sample_string(rng.choices(text.texts, weights)[0], style, rng)
