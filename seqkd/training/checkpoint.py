"""The saved state of a training: one safetensors file with its checksum inside, replaced atomically."""

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from seqkd.utils import checksum
from seqkd.utils.files import atomic_write

NAME = "training.safetensors"

log = logging.getLogger(__name__)


@dataclass
class TrainingState:
    """Everything needed to resume; no random state, as dropout and data order follow from seed and update.

    Attributes:
        update: updates done.
        position: position in the data, (epoch, batches taken of it).
        tokens: target tokens trained on.
        best: update, BLEU and chrF on dev of the best evaluation so far, or None.
        first_loss: loss of the first update, the reference for divergence.
        rows: the lines of metrics.jsonl so far.
        tensors: master weights, Adam's two moments, the best weights so far, and the memory of objectives.
    """

    update: int = 0
    position: tuple[int, int] = (0, 0)
    tokens: int = 0
    best: tuple[int, float, float] | None = None
    first_loss: float | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write the state, atomically."""
        values = {
            "update": self.update,
            "position": self.position,
            "tokens": self.tokens,
            "best": self.best,
            "first_loss": self.first_loss,
            "rows": self.rows,
        }
        text = json.dumps(values)
        with atomic_write(folder / NAME) as tmp:
            save_file(self.tensors, tmp, {"state": text, checksum.NAME: _checksum(self.tensors, text)})


def load_state(folder: Path) -> TrainingState | None:
    """The saved state, or None if there is none or it cannot be used (logged; the training starts from scratch)."""
    if not (folder / NAME).exists():
        return None
    try:
        with safe_open(folder / NAME, "pt") as stored:
            metadata = stored.metadata() or {}
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        if metadata[checksum.NAME] != _checksum(tensors, metadata["state"]):
            raise ValueError("its checksum differs")
        values = json.loads(metadata["state"])
        best = tuple(values.pop("best") or ()) or None
        return TrainingState(**values | {"best": best, "position": tuple(values["position"]), "tensors": tensors})
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        reason = f"{error} is missing; written by another version?" if isinstance(error, KeyError) else error
        log.warning("%s: the saved state cannot be used (%s); training starts from scratch", folder / NAME, reason)
        return None


def _checksum(tensors: dict[str, Tensor], text: str) -> str:
    return checksum.checksum({name: tensor.numpy() for name, tensor in tensors.items()}, text)
