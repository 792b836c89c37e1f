"""The state of a training on disk: one safetensors file with its own checksum, so that it is replaced in one step."""

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from seqkd import checksum
from seqkd.files import written

NAME = "training.safetensors"

log = logging.getLogger(__name__)


@dataclass
class State:
    """Everything that decides what comes next; no random state, for dropout and data order follow from seed and update.

    Attributes:
        update: updates done.
        position: where the batches stand, (epoch, batches taken of it).
        best: update, BLEU and chrF on dev of the best evaluation so far, or None.
        first_loss: loss of the first update, by which an explosion is measured.
        rows: the lines of metrics.jsonl so far.
        tensors: master weights, Adam's two moments, the best weights so far, and what objectives remember.
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
        plain = {
            "update": self.update,
            "position": self.position,
            "tokens": self.tokens,
            "best": self.best,
            "first_loss": self.first_loss,
            "rows": self.rows,
        }
        text = json.dumps(plain)
        with written(folder / NAME) as beside:
            save_file(self.tensors, beside, {"state": text, checksum.NAME: _checksum(self.tensors, text)})


def load_state(folder: Path) -> State | None:
    """The saved state, or None where there is none or it cannot be used (told in the log; the training starts anew)."""
    if not (folder / NAME).exists():
        return None
    try:
        with safe_open(folder / NAME, "pt") as stored:
            known = stored.metadata() or {}
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        if known[checksum.NAME] != _checksum(tensors, known["state"]):
            raise ValueError("its checksum differs")
        plain = json.loads(known["state"])
        best = tuple(plain.pop("best") or ()) or None
        return State(**plain | {"best": best, "position": tuple(plain["position"]), "tensors": tensors})
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        told = f"it lacks {error}, as that of another version would" if isinstance(error, KeyError) else error
        log.warning("%s: the saved state cannot be used (%s); the training starts anew", folder / NAME, told)
        return None


def _checksum(tensors: dict[str, Tensor], text: str) -> str:
    return checksum.checksum({name: tensor.numpy() for name, tensor in tensors.items()}, text)
