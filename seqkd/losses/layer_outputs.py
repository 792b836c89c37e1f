"""Input of objectives that compare layers: the outputs of the student's and the teacher's layers in one pass.

Layers are numbered from 0; embeddings are not layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from seqkd.models.base import TranslationModel

SIDES = ("encoder", "decoder")


@dataclass(frozen=True)
class Layers:
    """Outputs of the layers of one side at N positions, padding removed.

    Attributes:
        side: ``encoder`` or ``decoder``.
        student: of each student layer, first to last, [N, d], differentiable.
        teacher: of each teacher layer, first to last, [N, d'], without gradient.
    """

    side: str
    student: Sequence[torch.Tensor]
    teacher: Sequence[torch.Tensor]


@dataclass
class LayerOutputs:
    """Latest outputs of every layer of two models, by side and layer number: [B, S, d] or [B, T, d]."""

    student: dict[str, dict[int, torch.Tensor]] = field(default_factory=dict)
    teacher: dict[str, dict[int, torch.Tensor]] = field(default_factory=dict)

    def at(self, side: str, real: torch.Tensor) -> Layers:
        """One side at its real positions; ``real`` is a bool mask [B, S] or [B, T]."""
        student, teacher = (
            [outputs[side][number][real] for number in sorted(outputs[side])]
            for outputs in (self.student, self.teacher)
        )
        return Layers(side, student, teacher)


@contextmanager
def record_layer_outputs(student: TranslationModel, teacher: TranslationModel | None) -> Iterator[LayerOutputs]:
    """Within the block, record the layer outputs of two Transformers; the models are not changed."""
    seen = LayerOutputs()
    with ExitStack() as stack:
        for model, outputs in ((student, seen.student), (teacher, seen.teacher)):
            for side in SIDES:
                layers: Any = getattr(model, side)
                side_outputs = outputs.setdefault(side, {})
                for number, layer in enumerate(layers):
                    handle = layer.register_forward_hook(_recorder(side_outputs, number))
                    stack.callback(handle.remove)
        yield seen


def _recorder(outputs: dict[int, torch.Tensor], number: int) -> Any:
    def record(module: object, inputs: object, output: torch.Tensor) -> None:
        outputs[number] = output

    return record
