"""Plain PyTorch on the same batches as our trainer."""

import resource
from pathlib import Path

import torch

from benchmarks.sides.channel import Channel
from benchmarks.sides.plain import Plain, PlainTrainer
from seqkd.data.batching import BatchStream
from seqkd.data.dataset import PAD, Dataset
from seqkd.models.transformer_settings import TransformerSettings


def main() -> None:
    """Serve turns of ``updates`` optimiser steps; the amount is real target tokens, end of sentence counted."""
    channel = Channel()
    settings = channel.settings
    torch.manual_seed(1)
    torch.set_flush_denormal(True)
    model = Plain(TransformerSettings(**settings["model"]), settings["vocabulary"])
    trainer = PlainTrainer(model, autocast=settings["precision"] == "bfloat16")
    batches = iter(BatchStream(Dataset(Path(settings["data"])), settings["batch_tokens"], 1))
    while True:
        channel.wait()
        done = 0
        for _ in range(settings["updates"]):
            batch = next(batches)
            trainer.update(batch)
            done += int((batch.target != PAD).sum())
        channel.reply(amount=done, peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


if __name__ == "__main__":
    main()
