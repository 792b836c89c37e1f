"""The state of a training on disk: one safetensors file, so that it is replaced in one step."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from seqkd.files import written

NAME = "training.safetensors"


@dataclass
class State:
    """Everything that decides what comes next; no random state, for dropout and data order follow from seed and update.

    Attributes:
        update: updates done.
        position: where the batches stand, (epoch, batches taken of it).
        best: update and dev BLEU of the best evaluation so far, or None.
        rows: the lines of metrics.jsonl so far.
        tensors: master weights, Adam's two moments, the best weights so far, and what objectives remember.
    """

    update: int = 0
    position: tuple[int, int] = (0, 0)
    tokens: int = 0
    best: tuple[int, float] | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write the state, atomically."""
        plain = {
            "update": self.update,
            "position": self.position,
            "tokens": self.tokens,
            "best": self.best,
            "rows": self.rows,
        }
        with written(folder / NAME) as beside:
            save_file(self.tensors, beside, {"state": json.dumps(plain)})


def load_state(folder: Path) -> State | None:
    """The saved state, or None where there is none or it cannot be read (the training then starts anew)."""
    try:
        with safe_open(folder / NAME, "pt") as stored:
            plain = json.loads((stored.metadata() or {})["state"])
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, ValueError):
        return None
    best = tuple(plain["best"]) if plain["best"] else None
    return State(plain["update"], tuple(plain["position"]), plain["tokens"], best, plain["rows"], tensors)
