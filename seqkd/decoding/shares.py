"""Which lines of the training set are translated, and how many shards they fill. No torch: the workflow asks too."""

from seqkd.decoding.settings import DecodeSettings


def chosen_lines(settings: DecodeSettings, kind: str, sentences: int) -> list[int]:
    """The training lines that a kind of decoding translates: all, or a share spread evenly over the corpus."""
    share = 1.0 if kind == "beam" else settings.n_best.share
    return [i for i in range(sentences) if int((i + 1) * share) > int(i * share)]


def shard_count(settings: DecodeSettings, kind: str, sentences: int) -> int:
    """Shards that a training set of so many sentences needs."""
    return -(-len(chosen_lines(settings, kind, sentences)) // settings.shard)
