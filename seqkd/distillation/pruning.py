"""Class-blind magnitude pruning (See et al. 2016; Kim & Rush 2016, section 4): the smallest weights become zero.

All parameters are ranked together, embeddings, biases and norms included; tied matrices count once.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import torch

from seqkd.models import checkpoint
from seqkd.models.base import TranslationModel


def prune_model(*, sparsity: float, model: Path, folder: Path) -> dict[str, Any]:
    """Prune the model in ``model`` and write it to ``folder``.

    Args:
        sparsity: fraction of all weights that is removed, 0 to 1.

    Returns:
        Facts: ``parameters``, ``nonzero_parameters`` and ``sparsity_of_tensors`` (tensor name -> fraction of zeros).
    """
    network = checkpoint.load(model)
    prune(network, sparsity)
    settings, *sizes = checkpoint.load_model_config(model)
    checkpoint.save(network, settings, (sizes[0], sizes[1]), folder, checkpoint.length_limits(model))
    return sparsities(network)


def prune(network: TranslationModel, sparsity: float) -> None:
    """Set the ``pruned_count`` smallest of all weights to zero, in place; exactly so many, ties by position."""
    with torch.no_grad():
        parameters = list(network.parameters())
        magnitudes = torch.cat([p.abs().flatten() for p in parameters])
        pruned = torch.zeros(len(magnitudes), dtype=torch.bool)
        pruned[magnitudes.argsort(stable=True)[: pruned_count(sparsity, len(magnitudes))]] = True
        for parameter, mask in zip(parameters, pruned.split([p.numel() for p in parameters]), strict=True):
            parameter.masked_fill_(mask.view_as(parameter), 0.0)


def pruned_count(sparsity: float, weights: int) -> int:
    """floor(s * P) of the decimal number that was written: 0.29 of 12,000 are 3,480, in binary a hair less."""
    return int(Decimal(repr(sparsity)) * weights)


def sparsities(network: TranslationModel) -> dict[str, Any]:
    """Parameter counts, and the fraction of zeros in each tensor."""
    zeros = {name: int((p == 0).sum()) for name, p in network.named_parameters()}
    total = sum(p.numel() for p in network.parameters())
    fractions = {name: round(zeros[name] / p.numel(), 6) for name, p in network.named_parameters()}
    return {"parameters": total, "nonzero_parameters": total - sum(zeros.values()), "sparsity_of_tensors": fractions}
