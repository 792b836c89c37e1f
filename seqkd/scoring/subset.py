"""Which items are taken where not all are."""

import numpy as np


def evenly_spaced(count: int, limit: int) -> list[int]:
    """At most ``limit`` of ``count`` indices, evenly spaced, the first and the last included."""
    indices: list[int] = np.unique(np.linspace(0, count - 1, min(count, limit)).astype(int)).tolist()
    return indices
