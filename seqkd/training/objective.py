"""An objective as written in a config, turned into one function."""

from typing import Any

from torch import Tensor

from seqkd import losses
from seqkd.losses.positions import Positions
from seqkd.training.projection import Objective


def compose(loss: dict[str, dict[str, Any]]) -> tuple[Objective, bool]:
    """The weighted sum of the named objectives, e.g. ``{"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}``.

    Returns:
        The function, and whether it needs a teacher.
    """
    terms = []
    for name in sorted(loss):
        weight, options = losses.split_term(loss[name])
        terms.append((weight, losses.load(name).loss, losses.settings_of(name)(**options)))

    def objective(positions: Positions) -> Tensor:
        total: Tensor = sum(weight * function(positions, options) for weight, function, options in terms)
        return total

    return objective, any(losses.needs_teacher(name) for name in loss)
