"""A short training in our trainer or in plain PyTorch from the same weights, with dev BLEU of its quarters."""

from pathlib import Path
from typing import Any

import torch

from benchmarks.sides.channel import Channel
from benchmarks.sides.plain import Plain, PlainTrainer, to_ours, to_plain
from seqkd.batches.batches import BatchStream
from seqkd.batches.dataset import Dataset
from seqkd.decoding.settings import LengthLimits
from seqkd.memory import keep_freed_memory
from seqkd.models import store
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.evaluation import Evaluation, on_dev
from seqkd.training.passes import Passes
from seqkd.training.run import Plugs, Trainer
from seqkd.training.schedule import learning_rate
from seqkd.training.settings import TrainingSettings
from seqkd.training.signals import Stop

QUARTERS = 4


def main() -> None:
    """Serve one turn, the whole training."""
    channel = Channel()
    told = channel.settings
    keep_freed_memory()
    torch.set_flush_denormal(True)
    training = TrainingSettings(
        updates=told["updates"],
        evaluations=QUARTERS,
        batch_tokens=told["batch_tokens"],
        learning_rate=0.003,
        warmup=told["updates"] // 4,
        schedule="linear",
        label_smoothing=0.1,
        precision=told["precision"],
    )
    dev = on_dev(Path(told["corpus"]), Path(told["tokenizer"]), told["bleu_tokenize"], LengthLimits())
    channel.wait()
    train = plain if told["plain"] else ours
    channel.reply(amount=told["updates"], scores=train(told, training, dev))


def ours(told: dict[str, Any], training: TrainingSettings, dev: Evaluation) -> list[float]:
    """Dev BLEU of each quarter by our trainer."""
    model = start(told)
    passes = Passes({"nll": {"weight": 1.0}}, model, None, training.label_smoothing)
    plugs = Plugs(Dataset(Path(told["data"])), passes, dev)
    trainer = Trainer(model, training, 1, plugs, Path(told["data"]) / "no-state")
    trainer.run(Stop())
    return [row["dev_bleu"] for row in trainer.state.rows if "dev_bleu" in row]


def plain(told: dict[str, Any], training: TrainingSettings, dev: Evaluation) -> list[float]:
    """Dev BLEU of each quarter by plain PyTorch in float32, its weights decoded in our model."""
    model, judged = Plain(TransformerSettings(**told["model"]), told["vocabulary"]), start(told)
    to_plain(judged, model)
    trainer = PlainTrainer(model, autocast=False)
    batches = iter(BatchStream(Dataset(Path(told["data"])), told["batch_tokens"], 1))
    scores = []
    for update in range(1, training.updates + 1):
        trainer.optimizer.param_groups[0]["lr"] = learning_rate(training, update)
        trainer.update(next(batches))
        if update * QUARTERS // training.updates > (update - 1) * QUARTERS // training.updates:
            to_ours(model, judged)
            scores.append(dev.measure(judged).bleu)
    return scores


def start(told: dict[str, Any]) -> Any:
    """Our model with the weights that both begin with."""
    torch.manual_seed(1)
    return store.build(TransformerSettings(**told["model"]), told["vocabulary"], told["vocabulary"])


if __name__ == "__main__":
    main()
