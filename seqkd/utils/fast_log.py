"""The logarithm of large tensors, where torch's own is slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

MAX_THREADS = 2
"""NumPy uses one thread; with three, torch should be as fast, judging from its time with one."""


def log(values: torch.Tensor) -> torch.Tensor:
    """The natural logarithm of positive numbers, any shape.

    Over [N, V] torch's takes longer on a CPU than anything else that an objective computes; NumPy's takes 0.4 of its
    time (float32, one thread, AVX-512) at the same precision.
    """
    import numpy as np
    import torch

    supported = values.device.type == "cpu" and values.dtype == torch.float32 and not values.requires_grad
    if not supported or torch.get_num_threads() > MAX_THREADS:
        return values.log()
    result = torch.empty_like(values)
    np.log(values.numpy(), out=result.numpy())
    return result
