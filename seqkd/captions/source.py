"""The German sentence of a meaning."""

from seqkd.captions.meaning import Caption


def source_of(caption: Caption) -> str:
    """Its one German sentence; no two meanings share one."""
    raise ValueError(caption)
