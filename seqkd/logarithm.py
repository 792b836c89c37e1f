"""The logarithm of many numbers, where torch's own is dear."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

FEW_THREADS = 2
"""NumPy has one thread; with three torch should be as fast, reckoned from its time with one."""


def log(values: torch.Tensor) -> torch.Tensor:
    """The natural logarithm of numbers above 0, any shape.

    Over [N, V] torch's takes longer than anything else that an objective does on a processor; NumPy's takes 0.4 of its
    time (float32, one thread, AVX-512), and as exact.
    """
    import numpy as np
    import torch

    plain = values.device.type == "cpu" and values.dtype == torch.float32 and not values.requires_grad
    if not plain or torch.get_num_threads() > FEW_THREADS:
        return values.log()
    found = torch.empty_like(values)
    np.log(values.numpy(), out=found.numpy())
    return found
