"""Summary of a finished training."""

import logging
from typing import Any

from seqkd.scoring.primary_metric import PrimaryMetric
from seqkd.training.checkpoint import TrainingState
from seqkd.training.evaluation import DevScores

log = logging.getLogger(__name__)


def compare_with_dev(state: TrainingState, train: DevScores, metric: PrimaryMetric, gold: bool) -> None:
    """Log the scores on training text and on dev; warn if training on gold targets scores 10 points higher."""
    assert state.best is not None
    _, bleu, chrf = state.best
    name, on_train, on_dev = ("chrF", train.chrf, chrf) if metric.name == "chrf" else ("BLEU", train.bleu, bleu)
    log.info("best model: %s %.1f on training sentences, %.1f on dev", name, on_train, on_dev)
    if gold and on_train > on_dev + 10:
        log.warning("the model has memorised its training text: as a teacher it will mostly repeat the references")


def training_stats(state: TrainingState, train: DevScores, metric: PrimaryMetric) -> dict[str, Any]:
    """Statistics of the training, for the manifest."""
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
