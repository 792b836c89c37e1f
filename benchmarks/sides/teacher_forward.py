"""Only the teacher's forward pass, to the logits at the real target positions, on the batches of the training."""

from pathlib import Path

import torch

from benchmarks.sides.channel import Channel
from seqkd.batches.batches import BatchStream
from seqkd.batches.dataset import PAD, Dataset
from seqkd.memory import tune_malloc
from seqkd.models import store
from seqkd.models.packed import packed


def main() -> None:
    """Serve turns of ``updates`` batches; the amount is real target tokens, end of sentence counted."""
    channel = Channel()
    settings = channel.settings
    tune_malloc()
    torch.set_flush_denormal(True)
    teacher = store.load(Path(settings["teacher"]), settings["precision"])
    batches = iter(BatchStream(Dataset(Path(settings["data"])), settings["batch_tokens"], 1))
    with torch.no_grad(), packed(teacher):
        while True:
            channel.wait()
            done = 0
            for _ in range(settings["updates"]):
                batch = next(batches)
                real = batch.target != PAD
                teacher.logits(teacher(batch.src, batch.prefix)[real])
                done += int(real.sum())
            channel.reply(amount=done)


if __name__ == "__main__":
    main()
