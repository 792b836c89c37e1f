"""Matrix products at inference, with the weights packed once in the layout of oneDNN's kernels.

A plain linear map has oneDNN reorder the weights in every call, or leaves float32 to another library. PyTorch's
compiler packs the weights of a frozen model with these same operators.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from seqkd.models.base import TranslationModel

OPERATORS: Any = torch.ops.mkldnn
ROWS = 512
"""Number of rows that the layout is optimised for; no value made a measurable difference."""


class Product:
    """``x @ weight.T + bias``, x [.., in] to [.., out]; not affected by later changes of ``weight`` [out, in]."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None) -> None:
        self.bias = bias
        self.packed: Tensor = OPERATORS._reorder_linear_weight(weight.contiguous(), ROWS)

    def __call__(self, x: Tensor) -> Tensor:
        """The product, in the precision of ``x`` and ``weight``."""
        return OPERATORS._linear_pointwise(x, self.packed, self.bias, "none", [], "")  # type: ignore[no-any-return]


def can_be_packed(weight: Tensor) -> bool:
    """Whether this CPU and this build of PyTorch have kernels for the weight."""
    if weight.device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    if weight.dtype == torch.bfloat16:
        return bool(OPERATORS._is_mkldnn_bf16_supported())
    return weight.dtype == torch.float32


@contextmanager
def packed(model: TranslationModel | None) -> Iterator[None]:
    """Within the block, linear maps and output projection of ``model`` are packed; no gradients, and its weights must
    not change.

    Without a model, or without kernels for its weights, nothing happens.
    """
    replaced: list[tuple[nn.Module, str]] = []

    def replace(module: nn.Module, name: str, weight: Tensor, bias: Tensor | None = None) -> None:
        if can_be_packed(weight):
            setattr(module, name, Product(weight, bias))
            replaced.append((module, name))

    try:
        with torch.inference_mode():
            for module in model.modules() if model is not None else ():
                if isinstance(module, nn.Linear):
                    replace(module, "forward", module.weight, module.bias)
                elif isinstance(module, TranslationModel) and type(module).logits is TranslationModel.logits:
                    replace(module, "logits", module.output_weight)
        yield
    finally:
        for module, name in replaced:
            delattr(module, name)
