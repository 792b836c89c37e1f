"""Which lines of the training set are translated, and how many shards they fill. No torch: the workflow asks too."""

from seqkd.decoding.settings import DecodeSettings

SAMPLING = "seqkd.decoding.sampling"
"""Loaded by name, and named to the fingerprint: an edit of it touches no search."""


def modules_of(kind: str | None) -> list[str]:
    """Modules that a decode job of this kind loads by name."""
    return [SAMPLING] if kind == "samples" else []


def chosen_lines(settings: DecodeSettings, kind: str, sentences: int) -> list[int]:
    """The training lines that a kind of decoding translates: all, or a share spread evenly over the corpus."""
    share = settings.n_best.share if kind == "n-best" else 1.0
    return [i for i in range(sentences) if int((i + 1) * share) > int(i * share)]


def shard_count(settings: DecodeSettings, kind: str, sentences: int) -> int:
    """Shards that a training set of so many sentences needs."""
    return -(-len(chosen_lines(settings, kind, sentences)) // settings.shard)
