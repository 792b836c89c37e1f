"""The best few of many words, faster than sorting them all."""

import torch
from torch import Tensor

GROUP = 32
"""Words whose maximum is taken together."""
ENOUGH = 8
"""Grouping pays where there are so many times more groups than words asked for (measured: 4,000 to 32,000 words)."""

HANDFUL = 12
"""Words asked for at most where a row is filled up so that torch need not sort."""


def best_words(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """``values.topk(count)``, [N, V] to two of [N, count], in down to a quarter of the time.

    The best ``count`` words stand in the ``count`` groups with the best maxima, and maxima of groups are cheap.
    """
    whole = values.shape[1] // GROUP * GROUP
    if whole < ENOUGH * count * GROUP:
        return _topk(values, count)
    groups = values[:, :whole].unflatten(1, (-1, GROUP))
    best = _topk(groups.amax(-1), count)[1]
    inside = (best[:, :, None] * GROUP + torch.arange(GROUP, device=best.device)).flatten(1)
    rest = torch.arange(whole, values.shape[1], device=best.device).expand(len(values), -1)
    words = torch.cat([inside, rest], 1)
    top, places = _topk(values.gather(1, words), count)
    return top, words.gather(1, places)


def _topk(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """``values.topk(count)``. Of fewer than 64 times as many torch sorts a good part, which takes twice as long for a
    handful as to see that most are none of them."""
    missing = 64 * count - values.shape[1]
    if values.device.type == "cpu" and 1 < count <= HANDFUL and missing > 0:
        top, words = torch.nn.functional.pad(values, (0, missing), value=-torch.inf).topk(count)
        if not bool(top[:, -1].isinf().any()):  # else a row may have so few words that what fills it was taken
            return top, words
    top, words = values.topk(count)
    return top, words
