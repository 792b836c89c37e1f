"""Parallel token ids on disk, memory-mapped, so that memory does not grow with the corpus."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from seqkd.utils.errors import UserError
from seqkd.utils.files import atomic_write

PAD, UNK, BOS, EOS = 0, 1, 2, 3
"""Special ids of every tokenizer trained here. Stored sentences hold neither BOS nor EOS."""

Ids = npt.NDArray[np.int32]
KINDS: dict[str, type[np.generic]] = {"ids": np.int32, "offsets": np.int64}
"""The arrays of one side and their types."""
ID_BYTES = 4


def write_ids(folder: Path, side: str, sentences: Iterable[Sequence[int] | Ids]) -> None:
    """Write one side of a dataset as ``{side}.ids.npy`` (int32, all sentences concatenated) and ``{side}.offsets.npy``
    (int64 [sentences + 1])."""
    with ids_written(folder, side) as add:
        for sentence in sentences:
            add(sentence)


@contextmanager
def ids_written(folder: Path, side: str) -> Iterator[Callable[[Sequence[int] | Ids], None]]:
    """Yield a function that adds a sentence to one side of a dataset, which is written when the block ends.

    Memory does not grow with the dataset.
    """
    raw = {kind: folder / f".{side}.{kind}.raw" for kind in KINDS}
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with raw["ids"].open("wb") as ids, raw["offsets"].open("wb") as offsets:
            offsets.write(np.int64(0).tobytes())

            def add(sentence: Sequence[int] | Ids) -> None:
                ids.write(np.asarray(sentence, dtype=np.int32).tobytes())
                offsets.write(np.int64(ids.tell() // ID_BYTES).tobytes())

            yield add
        for kind, dtype in KINDS.items():
            size = raw[kind].stat().st_size
            array = np.memmap(raw[kind], dtype=dtype, mode="r") if size else np.zeros(0, dtype)
            _save(folder / f"{side}.{kind}.npy", array)
    finally:
        for path in raw.values():
            path.unlink(missing_ok=True)


def _save(path: Path, array: npt.NDArray[np.generic]) -> None:
    with atomic_write(path) as tmp_path, tmp_path.open("wb") as file:
        np.save(file, array, allow_pickle=False)


class TokenIds:
    """One side of a dataset: ``side[i]`` is sentence i, int32 ids without BOS and EOS."""

    def __init__(self, folder: Path, side: str) -> None:
        self.ids: Ids = np.load(folder / f"{side}.ids.npy", mmap_mode="r", allow_pickle=False)
        self.offsets = np.load(folder / f"{side}.offsets.npy", mmap_mode="r", allow_pickle=False)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> Ids:
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    @property
    def lengths(self) -> Ids:
        """Number of ids in each sentence, int32 [sentences]."""
        lengths: Ids = np.diff(self.offsets).astype(np.int32)
        return lengths

    def lengths_of(self, sentences: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Number of ids in each of these sentences, int64 [len(sentences)]."""
        lengths: npt.NDArray[np.int64] = self.offsets[sentences + 1] - self.offsets[sentences]
        return lengths


class Dataset:
    """Source and target ids of the same sentences, read from ``folder``.

    Raises:
        UserError: the sides hold different numbers of sentences.
    """

    def __init__(self, folder: Path) -> None:
        self.src, self.tgt = TokenIds(folder, "src"), TokenIds(folder, "tgt")
        if len(self.src) != len(self.tgt):
            raise UserError(
                f"{folder}: {len(self.src)} source but {len(self.tgt)} target sentences. "
                "Delete the folder and run again."
            )

    def __len__(self) -> int:
        return len(self.src)
