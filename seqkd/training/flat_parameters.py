"""All weights of a model as one flat vector: float32 for the optimiser, the configured precision for the model.

With one vector, the optimiser, clipping, masking and saving take a few operations, whatever the number of tensors.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from seqkd.models.base import TranslationModel


class FlatParameters:
    """Flat parameters of ``model``, which computes in ``dtype`` from now on.

    Attributes:
        master: the trained weights, float32 [P]; its ``grad`` is set by :meth:`reduce_and_clip_grad`.
        mask: float32 [P] of zeros and ones, or None; masked weights stay zero.
    """

    def __init__(self, model: TranslationModel, dtype: torch.dtype) -> None:
        parameters = list(model.parameters())
        self.master = torch.cat([p.detach().float().flatten() for p in parameters]).requires_grad_()
        self.master.grad = torch.zeros_like(self.master)
        self.mask: Tensor | None = None
        shared = dtype == torch.float32
        self.compute = self.master.detach() if shared else self.master.detach().to(dtype)
        self.gradients = self.master.grad if shared else torch.zeros_like(self.compute)
        start = 0
        for parameter in parameters:
            stop = start + parameter.numel()
            parameter.data = self.compute[start:stop].view(parameter.shape)
            parameter.grad = self.gradients[start:stop].view(parameter.shape)
            start = stop

    def set_pruning_mask(self) -> None:
        """Hold all weights that are currently zero at zero: the mask of a pruned model."""
        self.mask = (self.master.detach() != 0).float()

    def reduce_and_clip_grad(self, clip: float, add: Callable[[Tensor], None]) -> float:
        """Set ``master.grad``, masked and clipped to norm ``clip`` (0: no clipping); returns the norm before clipping.

        ``add`` replaces the gradient by its sum over all processes, in float32. The gradient of a masked weight is zero
        at every update, so Adam never moves it.
        """
        grad = self.master.grad
        assert grad is not None
        if grad is not self.gradients:
            grad.copy_(self.gradients)
        add(grad)
        if self.mask is not None:
            grad.mul_(self.mask)
        norm = float(grad.norm())
        if clip and norm > clip:
            grad.mul_(clip / norm)
        return norm

    def copy_to_model(self) -> None:
        """Copy the trained weights to the model and clear its gradients."""
        if self.compute.dtype != torch.float32:
            self.compute.copy_(self.master.detach())
        self.gradients.zero_()
