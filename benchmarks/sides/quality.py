"""A short training in our trainer or in plain PyTorch from the same weights, with dev BLEU after each quarter."""

from pathlib import Path
from typing import Any

import torch

from benchmarks.sides.channel import Channel
from benchmarks.sides.plain import Plain, PlainTrainer, to_ours, to_plain
from seqkd.data.batching import BatchStream
from seqkd.data.dataset import Dataset
from seqkd.decoding.settings import LengthLimits
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.evaluation import Evaluation, dev_evaluation
from seqkd.training.schedule import learning_rate
from seqkd.training.settings import TrainingSettings
from seqkd.training.signals import Stop
from seqkd.training.train_step import TrainStep
from seqkd.training.trainer import Trainer
from seqkd.utils.malloc import tune_malloc

QUARTERS = 4


def main() -> None:
    """Serve one turn, the complete training."""
    channel = Channel()
    settings = channel.settings
    tune_malloc()
    torch.set_flush_denormal(True)
    training = TrainingSettings(
        updates=settings["updates"],
        num_evaluations=QUARTERS,
        batch_tokens=settings["batch_tokens"],
        learning_rate=0.003,
        warmup_updates=settings["updates"] // 4,
        schedule="linear",
        label_smoothing=0.1,
        precision=settings["precision"],
    )
    dev = dev_evaluation(
        Path(settings["corpus"]), Path(settings["tokenizer"]), settings["bleu_tokenize"], LengthLimits()
    )
    channel.wait()
    train = plain if settings["plain"] else ours
    channel.reply(amount=settings["updates"], scores=train(settings, training, dev))


def ours(settings: dict[str, Any], training: TrainingSettings, dev: Evaluation) -> list[float]:
    """Dev BLEU after each quarter, with our trainer."""
    model = start(settings)
    train_step = TrainStep({"nll": {"weight": 1.0}}, model, None, training.label_smoothing)
    dataset = Dataset(Path(settings["data"]))
    trainer = Trainer(model, training, 1, dataset, train_step, dev, Path(settings["data"]) / "no-state")
    trainer.run(Stop())
    return [row["dev_bleu"] for row in trainer.state.rows if "dev_bleu" in row]


def plain(settings: dict[str, Any], training: TrainingSettings, dev: Evaluation) -> list[float]:
    """Dev BLEU after each quarter, with plain PyTorch in float32; its weights are decoded with our model."""
    model, decoder = Plain(TransformerSettings(**settings["model"]), settings["vocabulary"]), start(settings)
    to_plain(decoder, model)
    trainer = PlainTrainer(model, autocast=False)
    batches = iter(BatchStream(Dataset(Path(settings["data"])), settings["batch_tokens"], 1))
    scores = []
    for update in range(1, training.updates + 1):
        trainer.optimizer.param_groups[0]["lr"] = learning_rate(training, update)
        trainer.update(next(batches))
        if update * QUARTERS // training.updates > (update - 1) * QUARTERS // training.updates:
            to_ours(model, decoder)
            scores.append(dev.measure(decoder).bleu)
    return scores


def start(settings: dict[str, Any]) -> Any:
    """Our model with the initial weights of both sides."""
    torch.manual_seed(1)
    return checkpoint.build(TransformerSettings(**settings["model"]), settings["vocabulary"], settings["vocabulary"])


if __name__ == "__main__":
    main()
