"""Size of a model and name of a search, the same in quality and speed."""

from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open

from seqkd.decoding.settings import SearchSettings


def name_of(search: SearchSettings) -> str:
    """What a search is called in tables and file names."""
    return "greedy" if search.beam == 1 else f"beam-{search.beam}"


def size(model: Path) -> dict[str, Any]:
    """Parameters (tied ones once), those that are not zero, and bytes of the weights on disk."""
    file = model / "model.safetensors"
    with safe_open(file, "np") as stored:
        weights = [stored.get_tensor(name) for name in stored.keys()]  # noqa: SIM118
    return {
        "parameters": sum(weight.size for weight in weights),
        "nonzero_parameters": sum(int(np.count_nonzero(weight)) for weight in weights),
        "bytes": file.stat().st_size,
    }
