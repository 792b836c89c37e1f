"""Parallel token ids on disk, memory-mapped: constant memory whatever the corpus size."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from seqkd.errors import UserError
from seqkd.files import written

PAD, UNK, BOS, EOS = 0, 1, 2, 3
"""Special ids of every tokenizer made here. Stored sentences hold neither BOS nor EOS."""

Ids = npt.NDArray[np.int32]


def write_ids(folder: Path, side: str, sentences: Iterable[Sequence[int] | Ids]) -> None:
    """Write one side of a dataset as ``{side}.ids.npy`` (int32, all sentences joined) and ``{side}.offsets.npy``
    (int64, one more than there are sentences)."""
    lengths: list[int] = []
    raw = folder / f".{side}.ids.raw"
    folder.mkdir(parents=True, exist_ok=True)
    with raw.open("wb") as handle:
        for sentence in sentences:
            handle.write(np.asarray(sentence, dtype=np.int32).tobytes())
            lengths.append(len(sentence))
    ids = np.memmap(raw, dtype=np.int32, mode="r") if sum(lengths) else np.zeros(0, np.int32)
    _save(folder / f"{side}.ids.npy", ids)
    raw.unlink()
    _save(folder / f"{side}.offsets.npy", np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64))


def _save(path: Path, array: npt.NDArray[np.generic]) -> None:
    with written(path) as beside, beside.open("wb") as handle:
        np.save(handle, array, allow_pickle=False)


class Side:
    """One side of a dataset: ``side[i]`` is sentence i, int32 ids without BOS and EOS."""

    def __init__(self, folder: Path, side: str) -> None:
        self.ids: Ids = np.load(folder / f"{side}.ids.npy", mmap_mode="r", allow_pickle=False)
        self.offsets = np.load(folder / f"{side}.offsets.npy", mmap_mode="r", allow_pickle=False)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> Ids:
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Ids in each sentence, shape [sentences]."""
        lengths: npt.NDArray[np.int64] = np.diff(self.offsets)
        return lengths


class Dataset:
    """Source and target ids of the same sentences, read from ``folder``.

    Raises:
        UserError: the sides hold different numbers of sentences.
    """

    def __init__(self, folder: Path) -> None:
        self.src, self.tgt = Side(folder, "src"), Side(folder, "tgt")
        if len(self.src) != len(self.tgt):
            raise UserError(
                f"{folder}: {len(self.src)} source but {len(self.tgt)} target sentences. "
                "Delete the folder and run again."
            )

    def __len__(self) -> int:
        return len(self.src)
