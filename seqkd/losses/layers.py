"""What an objective sees that compares layers: the outputs of the student's and of the teacher's in one pass.

Layers are numbered from 0, the first one that computes; embeddings are none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from seqkd.models.interface import TranslationModel

SIDES = ("encoder", "decoder")


@dataclass(frozen=True)
class Layers:
    """What the layers of one side gave at N positions, padding removed.

    Attributes:
        side: ``encoder`` or ``decoder``.
        student: of each layer, first to last, [N, d], differentiable.
        teacher: of each of its layers, [N, d'], without gradient.
    """

    side: str
    student: Sequence[torch.Tensor]
    teacher: Sequence[torch.Tensor]


@dataclass
class Seen:
    """The last outputs of every layer of two models, by side and number: [B, S, d] or [B, T, d]."""

    student: dict[str, dict[int, torch.Tensor]] = field(default_factory=dict)
    teacher: dict[str, dict[int, torch.Tensor]] = field(default_factory=dict)

    def at(self, side: str, real: torch.Tensor) -> Layers:
        """One side at its real positions, [B, S] or [B, T]."""
        own, known = ([found[side][number][real] for number in sorted(found[side])] for found in self._both)
        return Layers(side, own, known)

    @property
    def _both(self) -> tuple[dict[str, dict[int, torch.Tensor]], ...]:
        return self.student, self.teacher


@contextmanager
def watched(student: TranslationModel, teacher: TranslationModel | None) -> Iterator[Seen]:
    """Within the block, what the layers of two Transformers give is kept; they are looked at, not changed."""
    seen = Seen()
    with ExitStack() as stack:
        for model, found in ((student, seen.student), (teacher, seen.teacher)):
            for side in SIDES:
                layers: Any = getattr(model, side)
                kept = found.setdefault(side, {})
                for number, layer in enumerate(layers):
                    handle = layer.register_forward_hook(_keeping(kept, number))
                    stack.callback(handle.remove)
        yield seen


def _keeping(kept: dict[int, torch.Tensor], number: int) -> Any:
    def keep(module: object, given: object, output: torch.Tensor) -> None:
        kept[number] = output

    return keep
