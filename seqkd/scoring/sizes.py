"""What quality and speed say alike of a model and a search: size and name."""

from pathlib import Path
from typing import Any

from seqkd.decoding.settings import SearchSettings
from seqkd.models import store
from seqkd.models.interface import TranslationModel


def name_of(search: SearchSettings) -> str:
    """What a search is called in tables and file names."""
    return "greedy" if search.beam == 1 else f"beam-{search.beam}"


def size(network: TranslationModel, model: Path) -> dict[str, Any]:
    """Parameters (tied ones once), those that are not zero, and bytes of the weights on disk."""
    weights = list(store.load(model).parameters())
    return {
        "parameters": sum(weight.numel() for weight in weights),
        "nonzero_parameters": sum(int(weight.count_nonzero()) for weight in weights),
        "bytes": (model / "model.safetensors").stat().st_size,
    }
