"""The hidden styles of a translation, and the probability of each option of a slot in each style."""

import math
from dataclasses import dataclass
from functools import cache

Vector = tuple[float, ...]
"""One number for each of ``STYLES``."""

STYLES = ("american", "british", "terse", "literary")
PRIOR: Vector = (0.30, 0.22, 0.26, 0.22)
"""p(z)."""

TAGS: dict[str, Vector] = {
    "u": (1, 0, 1, 0),  # American
    "k": (0, 1, 0, 1),  # British
    "t": (0.25, 0.2, 4, 0),  # short, informal
    "l": (0.25, 0.3, 0.02, 3),  # long, literary
    "r": (0.45, 0.45, 0.2, 0.6),  # rare
}
DECAY: Vector = (0.1, 0.1, 1.2, 0.1)
"""Decay of log-probability from one option to the next: the terse style nearly always takes the first."""


@dataclass(frozen=True)
class Option:
    """A text and its tags; each tag multiplies the weights by its row of ``TAGS``."""

    text: str
    tags: str = ""


def options(entry: str) -> tuple[Option, ...]:
    """``text@tags, text, ...`` as options."""
    return tuple(Option(*(field.strip() for field in option.partition("@")[::2])) for option in entry.split(","))


@cache
def vectors(tags: tuple[str, ...]) -> list[Vector]:
    """p(option | style) for options with these tags, in order: a vector over styles for each option.

    Raises:
        ValueError: a style has no option.
    """
    rows = [
        [math.exp(-DECAY[z] * i) * math.prod(TAGS[tag][z] for tag in option) for z in range(len(STYLES))]
        for i, option in enumerate(tags)
    ]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    if not all(sums):
        raise ValueError(f"a style has no option among {list(tags)}")
    return [tuple(value / total for value, total in zip(row, sums, strict=True)) for row in rows]
