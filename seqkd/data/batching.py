"""Token-budget batches in a random, reproducible and resumable order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from seqkd.data.dataset import BOS, EOS, PAD, Dataset, Ids
from seqkd.utils.errors import UserError

WINDOW = 100
"""Sentences worth this many batches are sorted by length together: little padding, still random."""


@dataclass(frozen=True)
class Batch:
    """Padded ids of B sentences: ``src`` [B, S] ends in EOS, ``prefix`` [B, T] starts with BOS, ``target`` [B, T]
    ends in EOS; PAD elsewhere. ``sentences`` are their numbers in the dataset, [B]; None if the targets are not its.
    """

    src: torch.Tensor
    prefix: torch.Tensor
    target: torch.Tensor
    sentences: npt.NDArray[np.int64] | None = None

    def to(self, device: torch.device) -> "Batch":
        """The batch on another device; the same object if it is there already."""
        if self.src.device == device:
            return self
        src, prefix, target = (ids.to(device, non_blocking=True) for ids in (self.src, self.prefix, self.target))
        return Batch(src, prefix, target, self.sentences)


def epoch_order(
    lengths: npt.NDArray[np.integer[Any]], batch_tokens: int, seed: int, epoch: int
) -> list[npt.NDArray[np.int64]]:
    """Sentence numbers of each batch of one epoch, views of one array; depends only on the arguments.

    Args:
        lengths: cost of each sentence before padding to the longest of its batch, shape [sentences].
        batch_tokens: maximum cost of a batch; a longer sentence is a batch by itself.
    """
    random = np.random.default_rng([seed, epoch])
    order = random.permutation(len(lengths))
    window_size = max(1, int(WINDOW * batch_tokens / max(1.0, float(lengths.mean()))))
    batches: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(order), window_size):
        window = order[start : start + window_size]
        window[:] = window[np.argsort(lengths[window], kind="stable")]
        batches += split_by_budget(window, lengths, batch_tokens)
    return [batches[i] for i in random.permutation(len(batches))]


def split_by_budget(
    order: npt.NDArray[np.int64], lengths: npt.NDArray[np.integer[Any]], budget: int
) -> list[npt.NDArray[np.int64]]:
    """Split ``order`` into runs whose size times maximum length is within ``budget`` (at least one sentence each)."""
    runs, start, longest = [], 0, 0
    for i, sentence in enumerate(order):
        longest = max(longest, int(lengths[sentence]))
        if i > start and longest * (i - start + 1) > budget:
            runs.append(order[start:i])
            start, longest = i, int(lengths[sentence])
    return [*runs, order[start:]] if len(order) else runs


def pad(sentences: list[Ids], before: tuple[int, ...] = (), after: tuple[int, ...] = (EOS,)) -> torch.Tensor:
    """Stack sentences with ``before`` and ``after`` around each and PAD on the right: int64 [sentences, longest]."""
    extra = len(before) + len(after)
    padded = np.full((len(sentences), max(map(len, sentences)) + extra), PAD, dtype=np.int64)
    for row, ids in zip(padded, sentences, strict=True):
        row[: len(ids) + extra] = [*before, *ids, *after]
    return torch.from_numpy(padded)


def collate(dataset: Dataset, sentences: npt.NDArray[np.int64]) -> Batch:
    """The batch of these sentence numbers."""
    targets = [dataset.tgt[i] for i in sentences]
    return Batch(
        src=pad([dataset.src[i] for i in sentences]),
        prefix=pad(targets, before=(BOS,), after=()),
        target=pad(targets),
        sentences=sentences,
    )


class BatchStream:
    """An endless stream of batches, which resumes at ``position`` (epoch, batches already taken from it).

    Raises:
        UserError: the dataset is empty.
    """

    def __init__(self, dataset: Dataset, batch_tokens: int, seed: int, position: tuple[int, int] = (0, 0)) -> None:
        self.dataset, self.batch_tokens, self.seed = dataset, batch_tokens, seed
        self.position = position
        if not len(dataset):
            raise UserError("The training set holds no sentence pairs, so there is nothing to train on.")
        # Both sides are padded and both cost time, so the longer one counts; plus one for EOS.
        self.lengths = np.maximum(dataset.src.lengths, dataset.tgt.lengths) + 1

    def __iter__(self) -> Iterator[Batch]:
        while True:
            epoch, taken = self.position
            order = epoch_order(self.lengths, self.batch_tokens, self.seed, epoch)
            for index in range(taken, len(order)):
                self.position = (epoch, index + 1)
                yield collate(self.dataset, order[index])
            self.position = (epoch + 1, 0)
