"""Our trainer: the public ``Trainer``, which pauses for its next turn where it would measure dev BLEU.

With ``passes_only`` it makes the passes of a loss, but trains with NLL on each of them: the cost of only the passes.
"""

import resource
from pathlib import Path
from typing import Any

import torch

from benchmarks.sides.channel import Channel
from seqkd.data.dataset import Dataset
from seqkd.decoding.settings import LengthLimits
from seqkd.distillation.teacher_topk import StoredTeacher
from seqkd.models import checkpoint
from seqkd.models.base import TranslationModel
from seqkd.models.packed_linear import packed
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.evaluation import DevScores, Evaluation
from seqkd.training.objective import Objective
from seqkd.training.settings import TrainingSettings
from seqkd.training.signals import Stop
from seqkd.training.train_step import TrainStep
from seqkd.training.trainer import Trainer
from seqkd.utils.malloc import tune_malloc

TURNS = 1000


class Pause:
    """Instead of an evaluation, answers for the finished turn and waits for the next."""

    trainer: Trainer

    def __init__(self, channel: Channel | None) -> None:
        self.channel, self.tokens = channel, 0
        self.evaluation = Evaluation([], ["a reference"], None, "13a", LengthLimits())  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.evaluation, name)

    def measure(self, model: TranslationModel) -> DevScores:
        """Called by the trainer after the updates of a turn."""
        done, self.tokens = self.trainer.state.tokens - self.tokens, self.trainer.state.tokens
        self.channel.reply(amount=done, peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        self.channel.wait()
        return DevScores(bleu=0.0, chrf=0.0, length_ratio=1.0, truncated=0)


def replace_by_nll(train_step: TrainStep) -> TrainStep:
    """Keep prefixes, sampling and teacher logits, but compute NLL on every prefix instead of the objective."""
    (nll,) = Objective({"nll": {"weight": 1.0}}).terms
    for group in train_step.prefix_groups:
        group.objective.terms, group.objective.layer_terms = [nll], []
    train_step.compares_layers = False
    return train_step


def trainer(settings: dict[str, Any], pause: Pause, folder: Path) -> Trainer:
    """A trainer set up as by ``train_model``, on the ids in ``settings["data"]``."""
    tune_malloc()
    torch.set_flush_denormal(True)
    loss = settings.get("loss", {"nll": {"weight": 1.0}})
    training = TrainingSettings(
        updates=TURNS * settings["updates"],
        num_evaluations=TURNS,
        batch_tokens=settings["batch_tokens"],
        precision=settings["precision"],
        label_smoothing=settings.get("label_smoothing", 0.1),
        learning_rate=0.0005,
    )
    torch.manual_seed(1)
    model = checkpoint.build(TransformerSettings(**settings["model"]), settings["vocabulary"], settings["vocabulary"])
    if "start" in settings:
        checkpoint.init_from(model, Path(settings["start"]))
    teacher = checkpoint.load(Path(settings["teacher"]), settings["precision"]) if "teacher" in settings else None
    data = Dataset(Path(settings["data"]))
    stored = StoredTeacher(Path(settings["stored"]), data) if "stored" in settings else None
    train_step = TrainStep(loss, model, teacher, training.label_smoothing, stored)
    train_step = replace_by_nll(train_step) if settings.get("passes_only") else train_step
    return Trainer(model, training, 1, data, train_step, pause, folder)  # type: ignore[arg-type]


def main() -> None:
    """Serve turns of ``updates`` optimiser steps; the amount is real target tokens, end of sentence counted."""
    channel = Channel()
    pause = Pause(channel)
    pause.trainer = trainer(channel.settings, pause, Path(channel.settings["data"]) / "no-state")
    channel.wait()
    with packed(pause.trainer.train_step.teacher):
        pause.trainer.run(Stop())


if __name__ == "__main__":
    main()
