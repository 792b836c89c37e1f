"""The best few of many words, faster than sorting them all."""

import torch
from torch import Tensor

GROUP = 32
"""Words whose maximum is taken together."""
ENOUGH = 8
"""Grouping pays where there are so many times more groups than words asked for (measured: 4,000 to 32,000 words)."""


def best_words(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """``values.topk(count)``, [N, V] to two of [N, count], in down to a quarter of the time.

    The best ``count`` words stand in the ``count`` groups with the best maxima, and maxima of groups are cheap.
    """
    whole = values.shape[1] // GROUP * GROUP
    if whole < ENOUGH * count * GROUP:
        top, words = values.topk(count)
        return top, words
    groups = values[:, :whole].unflatten(1, (-1, GROUP))
    best = groups.amax(-1).topk(count).indices
    inside = (best[:, :, None] * GROUP + torch.arange(GROUP, device=best.device)).flatten(1)
    rest = torch.arange(whole, values.shape[1], device=best.device).expand(len(values), -1)
    words = torch.cat([inside, rest], 1)
    top, places = values.gather(1, words).topk(count)
    return top, words.gather(1, places)
