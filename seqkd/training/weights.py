"""All weights of a model as one flat vector: float32 for the optimiser, the chosen precision for the arithmetic.

One long vector makes the optimiser, clipping, masking and saving a handful of operations, whatever the number of
tensors.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from seqkd.models.interface import TranslationModel


class FlatWeights:
    """Flat view of ``model``'s parameters; from here on the model computes in ``dtype``.

    Attributes:
        master: float32 [P], what is trained; its ``grad`` is set by :meth:`gradient`.
        mask: float32 [P] of zeros and ones, or None; masked weights stay zero for good.
    """

    def __init__(self, model: TranslationModel, dtype: torch.dtype) -> None:
        parameters = list(model.parameters())
        self.master = torch.cat([p.detach().float().flatten() for p in parameters]).requires_grad_()
        self.master.grad = torch.zeros_like(self.master)
        self.mask: Tensor | None = None
        same = dtype == torch.float32
        self.compute = self.master.detach() if same else self.master.detach().to(dtype)
        self.gradients = self.master.grad if same else torch.zeros_like(self.compute)
        first = 0
        for parameter in parameters:
            end = first + parameter.numel()
            parameter.data = self.compute[first:end].view(parameter.shape)
            parameter.grad = self.gradients[first:end].view(parameter.shape)
            first = end

    def keep_zeros(self) -> None:
        """Hold all weights that are zero now at zero: the mask of a pruned model."""
        self.mask = (self.master.detach() != 0).float()

    def gradient(self, clip: float, add: Callable[[Tensor], None]) -> float:
        """Bring the gradient to ``master.grad``, masked and clipped to norm ``clip`` (0: not). Gives the norm before.

        ``add`` replaces it by its sum over all processes, in float32. A masked weight's gradient is zero from the first
        update on, so Adam never moves it.
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

    def publish(self) -> None:
        """Carry the trained weights over to the model and clear its gradients."""
        if self.compute.dtype != torch.float32:
            self.compute.copy_(self.master.detach())
        self.gradients.zero_()
