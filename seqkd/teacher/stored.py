"""The teacher's k most probable words at every target position of a training set, on disk and memory-mapped.

Positions run sentence by sentence, each sentence's end of sentence counted. With V words in the vocabulary:

``ids.npy``
    the k most probable words, best first, uint16 (uint32 where V is above 65536), [positions, k];
``log_probs.npy``
    their log-probabilities, float32 [positions, k];
``rest.npy``
    the mass of all other words, float32 [positions].

A position takes 6k + 4 bytes (8k + 4 for the larger vocabularies).
"""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from numpy.lib.format import open_memmap
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from seqkd.batches.batches import collate
from seqkd.batches.dataset import PAD, Dataset
from seqkd.decoding.engine import batched
from seqkd.files import written
from seqkd.memory import keep_freed_memory
from seqkd.models import store
from seqkd.models.interface import TranslationModel
from seqkd.teacher.settings import StoreTeacherSettings
from seqkd.teacher.topk import TopK

log = logging.getLogger(__name__)

Arrays = dict[str, npt.NDArray[Any]]
NAMES = ("ids", "log_probs", "rest")


def starts(dataset: Dataset) -> npt.NDArray[np.int64]:
    """The first position of each sentence, and behind the last the number of positions, int64 [sentences + 1]."""
    offsets: npt.NDArray[np.int64] = dataset.tgt.offsets + np.arange(len(dataset) + 1)
    return offsets


def store_teacher(
    settings: StoreTeacherSettings, *, model: Path, targets: Path, precision: str, folder: Path, state: Path
) -> dict[str, Any]:
    """Write what the teacher ``model`` knows about the pairs in ``targets`` to ``folder``.

    Args:
        state: folder for shards done; a killed job goes on after the last one.

    Returns:
        Facts: positions, k, bytes a position, mean mass of the rest.
    """
    keep_freed_memory()
    network, dataset = store.load(model, precision), Dataset(targets)
    count = -(-len(dataset) // settings.shard)
    shards = [state / f"{number:05d}.safetensors" for number in range(count)]
    for number, path in enumerate(shards):
        if _loaded(path) is None:
            first = number * settings.shard
            sentences = np.arange(first, min(first + settings.shard, len(dataset)))
            with written(path) as beside:
                save_file(_shard(network, dataset, sentences, settings), beside)
            log.info("shard %d of %d", number + 1, count)
    return _join(shards, folder, int(starts(dataset)[-1]))


def _shard(
    network: TranslationModel, dataset: Dataset, sentences: npt.NDArray[np.int64], settings: StoreTeacherSettings
) -> Arrays:
    """The arrays of some sentences that stand side by side."""
    first = starts(dataset)
    vocabulary = network.output_weight.shape[0]
    k, rows = min(settings.k, vocabulary), int(first[sentences[-1] + 1] - first[sentences[0]])
    kind = np.uint16 if vocabulary <= 65536 else np.uint32
    shapes = (((rows, k), kind), ((rows, k), np.float32), ((rows,), np.float32))
    found: Arrays = {name: np.empty(shape, dtype) for name, (shape, dtype) in zip(NAMES, shapes, strict=True)}

    def work(numbers: list[int]) -> None:
        chosen = sentences[numbers]
        top = best(network, dataset, chosen, k)
        places = np.concatenate([np.arange(first[i], first[i + 1]) for i in chosen]) - first[sentences[0]]
        for name, value in zip(NAMES, (top.ids, top.log_probs, top.rest), strict=True):
            found[name][places] = value.numpy()

    lengths = np.maximum(dataset.src.lengths, dataset.tgt.lengths)[sentences] + 1
    with torch.inference_mode():
        batched(lengths.tolist(), settings.batch_tokens, work)
    return found


def best(network: TranslationModel, dataset: Dataset, sentences: npt.NDArray[np.int64], k: int) -> TopK:
    """The k most probable words at the target positions of these sentences, one sentence after the other."""
    batch = collate(dataset, sentences)
    hidden = network(batch.src, batch.prefix)[batch.target != PAD]
    log_p = (hidden @ network.output_weight.T).float().log_softmax(-1)
    top = log_p.topk(k)
    return TopK(top.indices, top.values, log_p.exp_().scatter_(1, top.indices, 0.0).sum(1))


def _loaded(path: Path) -> Arrays | None:
    """A shard, or None where it is missing or no whole file."""
    try:
        with safe_open(path, "np") as stored:
            return {name: stored.get_tensor(name) for name in NAMES}
    except (OSError, SafetensorError):
        return None


def _join(shards: list[Path], folder: Path, positions: int) -> dict[str, Any]:
    """The shards' arrays one behind the other, each in a file of its own."""
    total, size, k = 0.0, 0, 0
    for name in NAMES:
        with written(folder / f"{name}.npy") as beside:
            whole, first = None, 0
            for path in shards:
                part = (_loaded(path) or {})[name]
                if whole is None:
                    whole = open_memmap(beside, "w+", part.dtype, (positions, *part.shape[1:]))
                whole[first : first + len(part)] = part
                first += len(part)
            assert whole is not None and first == positions
            whole.flush()
        size += whole.nbytes
        k = whole.shape[1] if name == "ids" else k
        total = float(whole.sum(dtype=np.float64)) if name == "rest" else total
    facts = {"positions": positions, "k": k, "bytes_per_position": round(size / positions, 2)}
    return facts | {"mean_rest": round(total / positions, 6)}


class StoredTeacher:
    """The artefact in ``folder``, made for the pairs of ``dataset``."""

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self.arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in NAMES}
        self.starts = starts(dataset)

    def top(self, sentences: npt.NDArray[np.int64]) -> TopK:
        """What stands at the positions of these sentences, one sentence after the other."""
        ids, log_probs, rest = (
            torch.from_numpy(np.concatenate([array[self.starts[i] : self.starts[i + 1]] for i in sentences]))
            for array in self.arrays.values()
        )
        return TopK(ids.long(), log_probs, rest)
