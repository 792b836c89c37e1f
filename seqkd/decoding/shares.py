"""Which lines of the training set are translated, and how many shards they fill. No torch: the workflow asks too."""

import math

from seqkd.decoding.settings import DecodeSettings
from seqkd.errors import UserError

SAMPLING = "seqkd.decoding.sampling"
"""Loaded by name, and named to the fingerprint: an edit of it touches no search."""


def modules_of(kind: str | None) -> list[str]:
    """Modules that a decode job of this kind loads by name."""
    return [SAMPLING] if kind == "samples" else []


def lines_of_shard(settings: DecodeSettings, kind: str, sentences: int, shard: int) -> list[int]:
    """The training lines that a shard of a kind of decoding translates: of all, or of a share spread evenly."""
    share, last = share_of(settings, kind), chosen(settings, kind, sentences)
    return [line(share, n) for n in range(shard * settings.shard, min((shard + 1) * settings.shard, last))]


def shard_count(settings: DecodeSettings, kind: str, sentences: int) -> int:
    """Shards that a training set of so many sentences needs."""
    return -(-chosen(settings, kind, sentences) // settings.shard)


def chosen(settings: DecodeSettings, kind: str, sentences: int) -> int:
    """How many lines of the training set are translated.

    Raises:
        UserError: none.
    """
    share = share_of(settings, kind)
    count = int(sentences * share)
    if not count:
        raise UserError(
            f"decode.n_best.share: {share} of {sentences} training pairs is no whole sentence; write at least "
            f"{_least(sentences)}, or give more text."
        )
    return count


def _least(sentences: int) -> float:
    """The smallest share of a few digits that takes one of so many sentences."""
    scale = float(f"1e{len(str(sentences)) + 2}")
    return math.ceil(scale / sentences) / scale


def share_of(settings: DecodeSettings, kind: str) -> float:
    """The share of the training set that a kind of decoding translates."""
    return settings.n_best.share if kind == "n-best" else 1.0


def line(share: float, n: int) -> int:
    """The n-th line chosen, from 0: the first at which the share of the lines so far reaches n + 1."""
    i = max(0, int((n + 1) / share) - 2)
    while int((i + 1) * share) < n + 1:
        i += 1
    return i
