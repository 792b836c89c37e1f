"""The stage ``store_teacher``: a teacher's k most probable words at every target position of a training set, on disk.

What is written is described in ``reading.py``.
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

from seqkd import checksum
from seqkd.batches.batches import collate
from seqkd.batches.dataset import PAD, Dataset
from seqkd.best_words import best_words
from seqkd.decoding.engine import batched
from seqkd.files import written
from seqkd.losses.positions import TopK
from seqkd.memory import keep_freed_memory
from seqkd.models import store
from seqkd.models.interface import TranslationModel
from seqkd.models.packed import packed
from seqkd.teacher.reading import NAMES, starts

log = logging.getLogger(__name__)

Arrays = dict[str, npt.NDArray[Any]]

SHARD = 2000
"""Sentences in a shard, which is what is lost when the job is killed."""
BATCH_TOKENS = 4096
"""Tokens that the teacher reads at once."""


def store_teacher(
    *, k: int, model: Path, targets: Path, precision: str, folder: Path, state: Path, shard: int = SHARD
) -> dict[str, Any]:
    """Write what the teacher ``model`` knows about the pairs in ``targets`` to ``folder``.

    Args:
        k: words kept at each position; all if the vocabulary has fewer.
        state: folder for shards done; a killed job goes on after the last one.

    Returns:
        Facts: positions, k, bytes a position, mean mass of the rest.
    """
    keep_freed_memory()
    network, dataset = store.load(model, precision), Dataset(targets)
    count = -(-len(dataset) // shard)
    shards = [state / f"{number:05d}.safetensors" for number in range(count)]
    for number, path in enumerate(shards):
        if _loaded(path) is None:
            sentences = np.arange(number * shard, min((number + 1) * shard, len(dataset)))
            found = _shard(network, dataset, sentences, k)
            with written(path) as beside:
                save_file(found, beside, {checksum.NAME: checksum.checksum(found)})
            log.info("shard %d of %d", number + 1, count)
    return _join(shards, folder, len(dataset.tgt.ids) + len(dataset))


def _shard(network: TranslationModel, dataset: Dataset, sentences: npt.NDArray[np.int64], k: int) -> Arrays:
    """The arrays of some sentences that stand side by side."""
    first = starts(dataset, int(sentences[0]), int(sentences[-1]) + 1)
    vocabulary = network.vocabulary
    k, rows = min(k, vocabulary), int(first[-1] - first[0])
    kind = np.uint16 if vocabulary <= 65536 else np.uint32
    shapes = (((rows, k), kind), ((rows, k), np.float32), ((rows,), np.float32))
    found: Arrays = {name: np.empty(shape, dtype) for name, (shape, dtype) in zip(NAMES, shapes, strict=True)}

    def work(numbers: list[int]) -> None:
        chosen = sentences[numbers]
        top = best(network, dataset, chosen, k)
        places = np.concatenate([np.arange(first[i], first[i + 1]) for i in numbers]) - first[0]
        for name, value in zip(NAMES, (top.ids, top.log_probs, top.rest), strict=True):
            found[name][places] = value.numpy()

    lengths = np.maximum(dataset.src.lengths_of(sentences), dataset.tgt.lengths_of(sentences)) + 1
    with torch.inference_mode(), packed(network):
        batched(lengths.tolist(), BATCH_TOKENS, work)
    return found


def best(network: TranslationModel, dataset: Dataset, sentences: npt.NDArray[np.int64], k: int) -> TopK:
    """The k most probable words at the target positions of these sentences, one sentence after the other."""
    batch = collate(dataset, sentences)
    hidden = network(batch.src, batch.prefix)[batch.target != PAD]
    return cut(network.logits(hidden).float().log_softmax(-1), k)


def cut(log_p: torch.Tensor, k: int) -> TopK:
    """Of log-probabilities [N, V] the k best words and the mass of the others."""
    top, words = best_words(log_p, k)
    return TopK(words, top, log_p.exp().scatter_(1, words, 0.0).sum(1))


def _loaded(path: Path) -> Arrays | None:
    """A shard, or None where it is missing or not what was written."""
    try:
        with safe_open(path, "np") as stored:
            found: Arrays = {name: stored.get_tensor(name) for name in NAMES}
            whole = (stored.metadata() or {}).get(checksum.NAME) == checksum.checksum(found)
    except (OSError, SafetensorError):
        return None
    return found if whole else None


def _join(shards: list[Path], folder: Path, positions: int) -> dict[str, Any]:
    """The shards' arrays one behind the other, each in a file of its own."""
    joined = {name: _joined(name, shards, folder, positions) for name in NAMES}
    size = sum(array.nbytes for array in joined.values())
    facts = {"positions": positions, "k": joined["ids"].shape[1], "bytes_per_position": round(size / positions, 2)}
    return facts | {"mean_rest": round(float(joined["rest"].mean(dtype=np.float64)), 6)}


def _joined(name: str, shards: list[Path], folder: Path, positions: int) -> npt.NDArray[Any]:
    """One array of all shards, written and mapped; one shard at a time is in memory.

    Not written through a map: where the disk is full that ends the process without a word.
    """
    path = folder / f"{name}.npy"
    with written(path) as beside, beside.open("wb") as handle:
        done = 0
        for shard in shards:
            part = (_loaded(shard) or {})[name]
            if not done:
                shape = (positions, *part.shape[1:])
                header = {"descr": npy.dtype_to_descr(part.dtype), "fortran_order": False, "shape": shape}
                npy.write_array_header_1_0(handle, header)
            handle.write(part.tobytes())
            done += len(part)
        assert done == positions
    stored: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return stored
