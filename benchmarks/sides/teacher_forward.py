"""Only the teacher's forward pass, to the logits at the real target positions, on the batches of the training."""

from pathlib import Path

import torch

from benchmarks.sides.channel import Channel
from seqkd.data.batching import BatchStream
from seqkd.data.dataset import PAD, Dataset
from seqkd.models import checkpoint
from seqkd.models.packed_linear import packed
from seqkd.utils.malloc import tune_malloc


def main() -> None:
    """Serve turns of ``updates`` batches; the amount is real target tokens, end of sentence counted."""
    channel = Channel()
    settings = channel.settings
    tune_malloc()
    torch.set_flush_denormal(True)
    teacher = checkpoint.load(Path(settings["teacher"]), settings["precision"])
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
