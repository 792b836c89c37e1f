"""Which lines of the training set are translated, and in how many shards. Without torch: the workflow imports it."""

import math

from seqkd.decoding.settings import DecodeSettings
from seqkd.utils.errors import UserError

SAMPLING = "seqkd.decoding.sampling"
"""Loaded by name and listed for the fingerprint, so that an edit of it does not rerun searches."""


def modules_of(kind: str | None) -> list[str]:
    """Modules that a decode job of this kind loads by name."""
    return [SAMPLING] if kind == "samples" else []


def lines_of_shard(settings: DecodeSettings, kind: str, sentences: int, shard: int) -> list[int]:
    """The training lines in a shard of a kind of decoding: of all lines, or of an evenly spaced fraction of them."""
    fraction, count = fraction_of(settings, kind), line_count(settings, kind, sentences)
    return [
        nth_line(fraction, n) for n in range(shard * settings.shard_size, min((shard + 1) * settings.shard_size, count))
    ]


def shard_count(settings: DecodeSettings, kind: str, sentences: int) -> int:
    """Number of shards for a training set of this size."""
    return -(-line_count(settings, kind, sentences) // settings.shard_size)


def line_count(settings: DecodeSettings, kind: str, sentences: int) -> int:
    """Number of lines of the training set that are translated.

    Raises:
        UserError: none.
    """
    fraction = fraction_of(settings, kind)
    count = int(sentences * fraction)
    if not count:
        raise UserError(
            f"decode.n_best.fraction: {fraction} of {sentences} training pairs is less than one; write at least "
            f"{_min_fraction(sentences)}, or add training data."
        )
    return count


def _min_fraction(sentences: int) -> float:
    """The smallest fraction with few digits that selects one of the sentences."""
    scale = float(f"1e{len(str(sentences)) + 2}")
    return math.ceil(scale / sentences) / scale


def fraction_of(settings: DecodeSettings, kind: str) -> float:
    """The fraction of the training set that a kind of decoding translates."""
    return settings.n_best.fraction if kind == "n-best" else 1.0


def nth_line(fraction: float, n: int) -> int:
    """The n-th selected line, from 0: the first at which the fraction of the lines so far reaches n + 1."""
    i = max(0, int((n + 1) / fraction) - 2)
    while int((i + 1) * fraction) < n + 1:
        i += 1
    return i
