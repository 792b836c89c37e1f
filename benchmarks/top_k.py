"""How much Word-KD loses when only the teacher's k most probable tokens are stored: a table for docs/methods.md.

    python benchmarks/top_k.py results/teachers/base/1 results/students/baseline/1 results/tokenizer

Measured at the target positions of evenly spaced training sentences: bytes per position, the tail mass, the error of
the cross-entropy per token compared with the full distribution, and the relative error (in norm) of the gradient with
respect to the student's logits.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from seqkd.data.batching import collate
from seqkd.data.dataset import PAD, Dataset
from seqkd.distillation.cache_teacher_topk import cut
from seqkd.losses import topk
from seqkd.losses.token_batch import TokenBatch
from seqkd.models import checkpoint

COUNTS = (1, 2, 4, 8, 16, 32, 64)


def log_probs(folder: Path, dataset: Dataset, sentences: list[int]) -> Tensor:
    """A model's log-probabilities at the target positions, [N, V]."""
    model, batch = checkpoint.load(folder), collate(dataset, np.asarray(sentences))
    with torch.no_grad():
        hidden = model(batch.src, batch.prefix)[batch.target != PAD]
        return (hidden @ model.output_weight.T).log_softmax(-1)


def row(log_p: Tensor, log_q: Tensor, k: int) -> str:
    """One line of the table."""
    p, q = log_p.exp(), log_q.exp()
    teacher = cut(log_p, k)
    batch = TokenBatch(log_q, log_q.argmax(-1), teacher)
    full_loss = -(p * log_q).sum()
    loss = float((topk.cross_entropy(batch) - full_loss) / len(p))
    gradient = float((topk.gradient(batch) - (q - p)).norm() / (q - p).norm())
    size = (6 if p.shape[1] <= 65536 else 8) * k + 4
    return f"| {k} | {size} | {float(teacher.tail_mass.mean()):.4f} | {loss:+.4f} | {gradient:.4f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("student", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--sentences", type=int, default=100)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    dataset = Dataset(arguments.tokenizer / "train")
    sentences = np.linspace(0, len(dataset) - 1, arguments.sentences).astype(int).tolist()
    log_p, log_q = (log_probs(folder, dataset, sentences) for folder in (arguments.teacher, arguments.student))
    cross_entropy = -float((log_p.exp() * log_q).sum(1).mean())
    print(f"{len(log_p)} batch, {log_p.shape[1]} tokens, cross-entropy {cross_entropy:.4f}")
    print("| k | bytes per position | remaining mass | error of the loss per token | error of the gradient |")
    print("| --- | --- | --- | --- | --- |")
    print(*(row(log_p, log_q, k) for k in (*COUNTS, log_p.shape[1])), sep="\n")


if __name__ == "__main__":
    main()
