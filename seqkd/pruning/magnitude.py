"""Class-blind magnitude pruning (See et al. 2016; Kim & Rush 2016, section 4): a model's smallest weights go.

All parameters compete together, embeddings, biases and norms included; tied matrices count once.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import torch

from seqkd.models import store
from seqkd.models.interface import TranslationModel


def prune_model(*, sparsity: float, model: Path, folder: Path) -> dict[str, Any]:
    """Write the model in ``model`` with its smallest weights set to zero to ``folder``.

    Args:
        sparsity: share of all weights that is removed, 0 to 1.

    Returns:
        Counts of all and of non-zero weights, and each tensor's sparsity.
    """
    network = store.load(model)
    prune(network, sparsity)
    settings, *sizes = store.describe(model)
    store.save(network, settings, (sizes[0], sizes[1]), folder)
    return sparsities(network)


def prune(network: TranslationModel, sparsity: float) -> None:
    """Set the ``pruned_count`` smallest of all weights to zero, in place; exactly so many, ties by position."""
    with torch.no_grad():
        parameters = list(network.parameters())
        sizes = torch.cat([p.abs().flatten() for p in parameters])
        gone = torch.zeros(len(sizes), dtype=torch.bool)
        gone[sizes.argsort(stable=True)[: pruned_count(sparsity, len(sizes))]] = True
        for parameter, part in zip(parameters, gone.split([p.numel() for p in parameters]), strict=True):
            parameter.masked_fill_(part.view_as(parameter), 0.0)


def pruned_count(sparsity: float, weights: int) -> int:
    """floor(s * P) of the decimal number that was written: 0.29 of 12,000 are 3,480, in binary a hair less."""
    return int(Decimal(repr(sparsity)) * weights)


def sparsities(network: TranslationModel) -> dict[str, Any]:
    """Counts of weights, and the share of zeros in each tensor."""
    zeros = {name: int((p == 0).sum()) for name, p in network.named_parameters()}
    total = sum(p.numel() for p in network.parameters())
    each = {name: round(zeros[name] / p.numel(), 6) for name, p in network.named_parameters()}
    return {"parameters": total, "nonzero_parameters": total - sum(zeros.values()), "sparsity_of_tensors": each}
