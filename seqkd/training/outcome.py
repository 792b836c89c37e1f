"""What is said of a training once it has ended."""

import logging
from typing import Any

from seqkd.scoring.primary_metric import PrimaryMetric
from seqkd.training.evaluation import DevScores
from seqkd.training.state import State

log = logging.getLogger(__name__)


def compare_with_dev(state: State, train: DevScores, metric: PrimaryMetric, gold: bool) -> None:
    """Log how much easier the text trained on is than new text; a warning where it is gold text, 10 points and more."""
    assert state.best is not None
    _, bleu, chrf = state.best
    name, known, new = ("chrF", train.chrf, chrf) if metric.name == "chrf" else ("BLEU", train.bleu, bleu)
    log.info("best model: %s %.1f on sentences and targets it was trained on, %.1f on dev", name, known, new)
    if gold and known > new + 10:
        log.warning("it knows its training text by heart: as a teacher it will mostly repeat the references")


def facts(state: State, train: DevScores, metric: PrimaryMetric) -> dict[str, Any]:
    """What the manifest keeps of a training."""
    assert state.best is not None
    update, bleu, chrf = state.best
    return {
        "updates": state.update,
        "epochs": state.position[0],
        "tokens": state.tokens,
        "best_update": update,
        "chosen_by": metric.name,
        "dev_bleu": bleu,
        "dev_chrf": chrf,
        "train_bleu": train.bleu,
        "train_chrf": train.chrf,
    }
