"""Matrix products of a model in use, its weights laid out once as oneDNN's kernels want them.

A plain linear map has oneDNN arrange the weights anew in every call, or leaves float32 to another library. PyTorch's
compiler packs the weights of a model that it freezes, by these very operators.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from seqkd.models.interface import TranslationModel

OPERATORS: Any = torch.ops.mkldnn
ROWS = 512
"""For products of how many rows the weights are arranged; which number makes no difference that could be seen."""


class Product:
    """``x @ weight.T + bias``, x [.., in] to [.., out]; later changes of ``weight`` [out, in] do not reach it."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None) -> None:
        self.bias = bias
        self.packed: Tensor = OPERATORS._reorder_linear_weight(weight.contiguous(), ROWS)

    def __call__(self, x: Tensor) -> Tensor:
        """The product, in the precision of both."""
        return OPERATORS._linear_pointwise(x, self.packed, self.bias, "none", [], "")  # type: ignore[no-any-return]


def can_be_packed(weight: Tensor) -> bool:
    """Whether this processor and this build of PyTorch have kernels for the weight."""
    if weight.device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    known = {torch.float32: True, torch.bfloat16: OPERATORS._is_mkldnn_bf16_supported()}
    return bool(known.get(weight.dtype, False))


@contextmanager
def packed(model: TranslationModel | None) -> Iterator[None]:
    """Within, linear maps and output projection of ``model`` are packed: no gradients, and its weights must not change.

    Where there is no model or no kernel nothing happens.
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
