"""Top-k over a large vocabulary, faster than torch.topk on a CPU."""

import torch
from torch import Tensor

GROUP = 32
"""Entries whose maximum is taken together."""
MIN_GROUPS_PER_K = 8
"""Grouping pays off with at least this many groups per entry of the top k (measured for V = 4,000 to 32,000)."""

MAX_PADDED_K = 12
"""Largest k for which a row is padded so that torch does not sort."""


def fast_topk(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """``values.topk(count)``, [N, V] to values and indices [N, count], in as little as a quarter of the time.

    The top ``count`` entries are in the ``count`` groups with the largest maxima, and maxima of groups are cheap.
    """
    grouped = values.shape[1] // GROUP * GROUP
    if grouped < MIN_GROUPS_PER_K * count * GROUP:
        return _topk(values, count)
    groups = values[:, :grouped].unflatten(1, (-1, GROUP))
    best = _topk(groups.amax(-1), count)[1]
    in_groups = (best[:, :, None] * GROUP + torch.arange(GROUP, device=best.device)).flatten(1)
    ungrouped = torch.arange(grouped, values.shape[1], device=best.device).expand(len(values), -1)
    candidates = torch.cat([in_groups, ungrouped], 1)
    top, indices = _topk(values.gather(1, candidates), count)
    return top, candidates.gather(1, indices)


def _topk(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """``values.topk(count)``. With fewer than 64 * count columns, torch sorts a large part of each row, which for small
    ``count`` takes twice as long as skipping padding."""
    padding = 64 * count - values.shape[1]
    if values.device.type == "cpu" and 1 < count <= MAX_PADDED_K and padding > 0:
        top, indices = torch.nn.functional.pad(values, (0, padding), value=-torch.inf).topk(count)
        if not bool(top[:, -1].isinf().any()):  # otherwise padding may have been selected
            return top, indices
    top, indices = values.topk(count)
    return top, indices
