"""A stored teacher, read at the positions of a batch.

TokenBatch run sentence by sentence over the target side of a dataset, including each end of sentence. With a vocabulary
of V tokens:

``ids.npy``
    the k most probable tokens, best first, uint16 (uint32 if V > 65536), [positions, k];
``log_probs.npy``
    their log-probabilities, float32 [positions, k];
``rest.npy``
    the mass of all other tokens, float32 [positions].

A position takes 6k + 4 bytes (8k + 4 if V > 65536).
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from seqkd.data.dataset import Dataset
from seqkd.losses.token_batch import TopK
from seqkd.utils.errors import UserError

NAMES = ("ids", "log_probs", "rest")


def starts(dataset: Dataset, start: int, stop: int) -> npt.NDArray[np.int64]:
    """The first position of each of the sentences ``start`` to ``stop`` - 1, followed by the position after the last,
    int64 [sentences + 1]."""
    offsets: npt.NDArray[np.int64] = dataset.tgt.offsets[start : stop + 1] + np.arange(start, stop + 1)
    return offsets


class StoredTeacher:
    """The artefact in ``folder``, made for the pairs of ``dataset``.

    Raises:
        UserError: it holds a different number of positions.
    """

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        memmaps = [np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in NAMES]
        self.arrays = [memmap.view(np.ndarray) for memmap in memmaps]  # slicing a memmap takes ten times as long
        self.offsets, positions = dataset.tgt.offsets.view(np.ndarray), len(dataset.tgt.ids) + len(dataset)
        for array in self.arrays:
            if len(array) != positions:
                raise UserError(
                    f"{folder}: {len(array)} positions are stored, but the targets have {positions}. "
                    "Delete the folder and run again."
                )

    def top(self, sentences: npt.NDArray[np.int64]) -> TopK:
        """The stored distributions at the positions of these sentences, one sentence after the other."""
        spans = [slice(self.offsets[i] + i, self.offsets[i + 1] + i + 1) for i in sentences]
        ids, log_probs, rest = (
            torch.from_numpy(np.concatenate([array[span] for span in spans])) for array in self.arrays
        )
        return TopK(ids.long(), log_probs, rest)
