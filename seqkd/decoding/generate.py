"""Decoding many sentences: sorted by length, batched by tokens, returned in the original order."""

import gc
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor

from seqkd.data.batching import pad, split_by_budget
from seqkd.data.dataset import BOS, PAD, Ids
from seqkd.decoding.beam_search import Hypothesis, beam_search
from seqkd.decoding.rollout import greedy_search, greedy_search_single
from seqkd.decoding.settings import BATCH_TOKENS, SearchSettings
from seqkd.models.base import TranslationModel
from seqkd.models.numpy_decoder import single_sentence_decoder
from seqkd.models.packed_linear import packed
from seqkd.utils.errors import UserError

log = logging.getLogger(__name__)


def run_in_batches(lengths: Sequence[int], budget: int, run_batch: Callable[[list[int]], None]) -> None:
    """Call ``run_batch`` on lists of sentence numbers, longest first; size times longest of each is within ``budget``.

    On running out of (GPU) memory, all remaining sentences are split into batches of half that cost.

    Raises:
        UserError: out of memory with a single sentence.
    """
    costs = np.asarray(lengths, dtype=np.int64)
    batches = deque(split_by_budget(np.argsort(-costs, kind="stable"), costs, budget))
    start = last_report = time.monotonic()
    done = 0
    while batches:
        batch = batches[0]
        if not try_batch(run_batch, batch.tolist()):
            smaller = len(batch) * int(costs[batch].max()) // 2
            batches = deque(split_by_budget(np.concatenate(batches), costs, smaller))
            continue
        batches.popleft()
        done += len(batch)
        if time.monotonic() - last_report > 10:
            last_report = time.monotonic()
            rate = done / (last_report - start)
            seconds_left = (len(costs) - done) / rate
            log.info("%d of %d sentences, %.1f per second, %.0f s left", done, len(costs), rate, seconds_left)


def try_batch(run_batch: Callable[[list[int]], None], indices: list[int]) -> bool:
    """Call ``run_batch`` on these sentences; on running out of memory, free what it used and return False."""
    try:
        run_batch(indices)
        return True
    except torch.OutOfMemoryError:
        if len(indices) == 1:
            raise UserError(
                "Out of memory with a single sentence: use `device: cpu`, or a GPU with more memory."
            ) from None
    log.warning("out of memory with a batch of %d sentences: halving the batch size", len(indices))
    free_gpu_memory()
    return False


def free_gpu_memory() -> None:
    """Free the memory of a failed attempt: reference cycles of its traceback first, then the GPU's cached blocks."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def translate(
    model: TranslationModel,
    sources: Sequence[Ids] | Sequence[list[int]],
    settings: SearchSettings,
    batch_tokens: int = BATCH_TOKENS,
    n_best: int = 1,
    scored: bool = True,
) -> list[list[Hypothesis]]:
    """Up to ``n_best`` hypotheses for each source (ids without EOS), best first.

    Args:
        batch_tokens: source tokens times beam that are decoded at once.
        scored: compute log-probabilities; without them greedy search is faster and reports NaN.
    """
    single_decoder = cache(lambda: single_sentence_decoder(model))

    def search(src: Tensor) -> list[list[Hypothesis]]:
        if settings.beam > 1 or n_best > 1:
            return beam_search(model, src, settings, n_best)
        if len(src) > 1:
            return greedy_search(model, src, settings, scored)
        return greedy_search_single(model, single_decoder(), src, settings, scored)

    return search_in_batches(model, sources, max(1, batch_tokens // settings.beam), search)


def search_in_batches(
    model: TranslationModel,
    sources: Sequence[Ids] | Sequence[list[int]],
    budget: int,
    search: Callable[[Tensor], list[list[Hypothesis]]],
) -> list[list[Hypothesis]]:
    """The hypotheses of ``search`` for each source, in order; it gets batches [B, S] of at most ``budget`` tokens."""
    results: list[list[Hypothesis]] = [[] for _ in sources]

    def run_batch(indices: list[int]) -> None:
        src = pad([np.asarray(sources[i], dtype=np.int32) for i in indices]).to(model.device)
        for i, hypotheses in zip(indices, search(src), strict=True):
            results[i] = hypotheses

    with packed(model):
        run_in_batches([len(ids) + 1 for ids in sources], budget, run_batch)
    return results


def forced_scores(
    model: TranslationModel,
    sources: Sequence[list[int]],
    targets: Sequence[list[int]],
    batch_tokens: int = 4096,
) -> list[tuple[list[float], list[bool]]]:
    """Score given targets: for each, log q(y_t | y_<t, x) and whether y_t is the model's argmax, EOS included."""
    results: list[tuple[list[float], list[bool]]] = [([], []) for _ in sources]

    def run_batch(indices: list[int]) -> None:
        target_ids = [np.asarray(targets[i], dtype=np.int32) for i in indices]
        src = pad([np.asarray(sources[i], dtype=np.int32) for i in indices]).to(model.device)
        target = pad(target_ids).to(model.device)
        real = target != PAD
        hidden = model(src, pad(target_ids, (BOS,), ()).to(model.device))[real]
        log_q = model.logits(hidden).float().log_softmax(-1)
        hits = (log_q.argmax(-1) == target[real]).tolist()
        scores = log_q.gather(1, target[real][:, None])[:, 0].tolist()
        start = 0
        for i, ids in zip(indices, target_ids, strict=True):
            stop = start + len(ids) + 1
            results[i] = (scores[start:stop], hits[start:stop])
            start = stop

    with torch.inference_mode(), packed(model):
        run_in_batches(
            [max(len(s), len(t)) + 1 for s, t in zip(sources, targets, strict=True)], batch_tokens, run_batch
        )
    return results
