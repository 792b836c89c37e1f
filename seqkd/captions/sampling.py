"""Meanings drawn by a seed."""

from seqkd.captions.meaning import Caption


def sample_meanings(seed: int, count: int) -> list[Caption]:
    """``count`` distinct meanings, always the same for a seed; the first of a longer list are those of a shorter one."""
    raise ValueError((seed, count))
