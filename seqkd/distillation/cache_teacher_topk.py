"""The stage ``store_teacher``: a teacher's top k tokens at every target position of a training set, on disk.

The file format is described in ``teacher_topk.py``.
"""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from numpy.lib import format as npy
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from seqkd.data.batching import collate
from seqkd.data.dataset import PAD, Dataset
from seqkd.decoding.generate import run_in_batches
from seqkd.distillation.teacher_topk import NAMES, starts
from seqkd.losses.token_batch import TopK
from seqkd.models import checkpoint
from seqkd.models.base import TranslationModel
from seqkd.models.packed_linear import packed
from seqkd.utils import checksum
from seqkd.utils.fast_topk import fast_topk
from seqkd.utils.files import atomic_write
from seqkd.utils.malloc import tune_malloc

log = logging.getLogger(__name__)

Arrays = dict[str, npt.NDArray[Any]]

SHARD = 2000
"""Sentences per shard, the most that is lost when the job is killed."""
BATCH_TOKENS = 4096
"""Tokens per forward pass of the teacher."""


def cache_teacher_topk(
    *, k: int, model: Path, targets: Path, precision: str, folder: Path, state: Path, shard: int = SHARD
) -> dict[str, Any]:
    """Write the top k of the teacher ``model`` on the pairs in ``targets`` to ``folder``.

    Args:
        k: tokens kept at each position; all if the vocabulary has fewer.
        state: folder for finished shards; a killed job resumes after the last one.

    Returns:
        Statistics: positions, k, bytes per position, mean mass of the tail.
    """
    tune_malloc()
    network, dataset = checkpoint.load(model, precision), Dataset(targets)
    count = -(-len(dataset) // shard)
    shards = [state / f"{number:05d}.safetensors" for number in range(count)]
    for number, path in enumerate(shards):
        if _loaded(path) is None:
            sentences = np.arange(number * shard, min((number + 1) * shard, len(dataset)))
            arrays = _shard(network, dataset, sentences, k)
            with atomic_write(path) as tmp:
                save_file(arrays, tmp, {checksum.NAME: checksum.checksum(arrays)})
            log.info("shard %d of %d", number + 1, count)
    return _join(shards, folder, len(dataset.tgt.ids) + len(dataset))


def _shard(network: TranslationModel, dataset: Dataset, sentences: npt.NDArray[np.int64], k: int) -> Arrays:
    """The arrays of consecutive sentences."""
    offsets = starts(dataset, int(sentences[0]), int(sentences[-1]) + 1)
    vocabulary = network.vocabulary
    k, count = min(k, vocabulary), int(offsets[-1] - offsets[0])
    id_type = np.uint16 if vocabulary <= 65536 else np.uint32
    shapes = (((count, k), id_type), ((count, k), np.float32), ((count,), np.float32))
    arrays: Arrays = {name: np.empty(shape, dtype) for name, (shape, dtype) in zip(NAMES, shapes, strict=True)}

    def run_batch(indices: list[int]) -> None:
        top = teacher_topk(network, dataset, sentences[indices], k)
        rows = np.concatenate([np.arange(offsets[i], offsets[i + 1]) for i in indices]) - offsets[0]
        for name, value in zip(NAMES, (top.ids, top.log_probs, top.tail_mass), strict=True):
            arrays[name][rows] = value.numpy()

    lengths = np.maximum(dataset.src.lengths_of(sentences), dataset.tgt.lengths_of(sentences)) + 1
    with torch.inference_mode(), packed(network):
        run_in_batches(lengths.tolist(), BATCH_TOKENS, run_batch)
    return arrays


def teacher_topk(network: TranslationModel, dataset: Dataset, sentences: npt.NDArray[np.int64], k: int) -> TopK:
    """The top k tokens at the target positions of these sentences, one sentence after the other."""
    batch = collate(dataset, sentences)
    hidden = network(batch.src, batch.prefix)[batch.target != PAD]
    return cut(network.logits(hidden).float().log_softmax(-1), k)


def cut(log_p: torch.Tensor, k: int) -> TopK:
    """The k most probable tokens of log-probabilities [N, V], and the mass of all others."""
    top, ids = fast_topk(log_p, k)
    return TopK(ids, top, log_p.exp().scatter_(1, ids, 0.0).sum(1))


def _loaded(path: Path) -> Arrays | None:
    """A shard, or None if it is missing or damaged."""
    try:
        with safe_open(path, "np") as stored:
            arrays: Arrays = {name: stored.get_tensor(name) for name in NAMES}
            intact = (stored.metadata() or {}).get(checksum.NAME) == checksum.checksum(arrays)
    except (OSError, SafetensorError):
        return None
    return arrays if intact else None


def _join(shards: list[Path], folder: Path, positions: int) -> dict[str, Any]:
    """Concatenate the shards, one file per array."""
    joined = {name: _joined(name, shards, folder, positions) for name in NAMES}
    size = sum(array.nbytes for array in joined.values())
    stats = {"positions": positions, "k": joined["ids"].shape[1], "bytes_per_position": round(size / positions, 2)}
    return stats | {"mean_rest": round(float(joined["rest"].mean(dtype=np.float64)), 6)}


def _joined(name: str, shards: list[Path], folder: Path, positions: int) -> npt.NDArray[Any]:
    """Concatenate one array of all shards on disk; returns it memory-mapped. Holds one shard in memory at a time.

    Not written through a memory map: on a full disk that kills the process without a message.
    """
    path = folder / f"{name}.npy"
    with atomic_write(path) as tmp, tmp.open("wb") as handle:
        done = 0
        for shard in shards:
            array = (_loaded(shard) or {})[name]
            if not done:
                shape = (positions, *array.shape[1:])
                header = {"descr": npy.dtype_to_descr(array.dtype), "fortran_order": False, "shape": shape}
                npy.write_array_header_1_0(handle, header)
            handle.write(array.tobytes())
            done += len(array)
        assert done == positions
    mapped: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return mapped
