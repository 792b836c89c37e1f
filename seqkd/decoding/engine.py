"""Many sentences through a search: sorted by length, batched by tokens, given back in the old order."""

import gc
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor

from seqkd.batches.batches import cut, pad
from seqkd.batches.dataset import BOS, PAD, Ids
from seqkd.decoding.rollout import greedy_search, greedy_search_of_one
from seqkd.decoding.search import Hypothesis, beam_search
from seqkd.decoding.settings import BATCH_TOKENS, SearchSettings
from seqkd.errors import UserError
from seqkd.models.interface import TranslationModel
from seqkd.models.one_row import one_row
from seqkd.models.packed import packed

log = logging.getLogger(__name__)


def batched(lengths: Sequence[int], budget: int, work: Callable[[list[int]], None]) -> None:
    """Call ``work`` on lists of sentence numbers, long ones first; size times longest of each is within ``budget``.

    Where memory (a graphics card's) does not suffice, all that is left is cut into lists of half that cost.

    Raises:
        UserError: it does not suffice for one sentence.
    """
    costs = np.asarray(lengths, dtype=np.int64)
    runs = deque(cut(np.argsort(-costs, kind="stable"), costs, budget))
    start = said = time.monotonic()
    done = 0
    while runs:
        run = runs[0]
        if not fits(work, run.tolist()):
            runs = deque(cut(np.concatenate(runs), costs, len(run) * int(costs[run].max()) // 2))
            continue
        runs.popleft()
        done += len(run)
        if time.monotonic() - said > 10:
            said = time.monotonic()
            rate = done / (said - start)
            log.info(
                "%d of %d sentences, %.1f a second, %.0f s left", done, len(costs), rate, (len(costs) - done) / rate
            )


def fits(work: Callable[[list[int]], None], numbers: list[int]) -> bool:
    """Do ``work`` on these sentences; False, with what it held released, if memory did not suffice."""
    try:
        work(numbers)
        return True
    except torch.OutOfMemoryError:
        if len(numbers) == 1:
            raise UserError("Out of memory with a single sentence: take `device: cpu`, or a card with more.") from None
    log.warning("out of memory with %d sentences at once: going on with half as many", len(numbers))
    release()
    return False


def release() -> None:
    """Give back what a failed attempt has left: cycles of its traceback first, then the card's cached blocks."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def translate(
    model: TranslationModel,
    sources: Sequence[Ids] | Sequence[list[int]],
    settings: SearchSettings,
    batch_tokens: int = BATCH_TOKENS,
    wanted: int = 1,
    scored: bool = True,
) -> list[list[Hypothesis]]:
    """Up to ``wanted`` hypotheses for each source (ids without EOS), best first.

    Args:
        batch_tokens: source tokens times beam that are searched at once.
        scored: whether log-probabilities are wanted; without, greedy search is faster and gives NaN.
    """
    steps = cache(lambda: one_row(model))

    def search(src: Tensor) -> list[list[Hypothesis]]:
        if settings.beam > 1 or wanted > 1:
            return beam_search(model, src, settings, wanted)
        if len(src) > 1:
            return greedy_search(model, src, settings, scored)
        return greedy_search_of_one(model, steps(), src, settings, scored)

    return in_batches(model, sources, max(1, batch_tokens // settings.beam), search)


def in_batches(
    model: TranslationModel,
    sources: Sequence[Ids] | Sequence[list[int]],
    budget: int,
    search: Callable[[Tensor], list[list[Hypothesis]]],
) -> list[list[Hypothesis]]:
    """What ``search`` finds for each source, in order; it is given batches [B, S] of at most ``budget`` tokens."""
    results: list[list[Hypothesis]] = [[] for _ in sources]

    def work(numbers: list[int]) -> None:
        src = pad([np.asarray(sources[i], dtype=np.int32) for i in numbers]).to(model.device)
        for i, hypotheses in zip(numbers, search(src), strict=True):
            results[i] = hypotheses

    with packed(model):
        batched([len(ids) + 1 for ids in sources], budget, work)
    return results


def forced_scores(
    model: TranslationModel,
    sources: Sequence[list[int]],
    targets: Sequence[list[int]],
    batch_tokens: int = 4096,
) -> list[tuple[list[float], list[bool]]]:
    """Score given targets: for each, log q(y_t | y_<t, x) and whether y_t is the model's first choice, EOS included."""
    results: list[tuple[list[float], list[bool]]] = [([], []) for _ in sources]

    def work(numbers: list[int]) -> None:
        wanted = [np.asarray(targets[i], dtype=np.int32) for i in numbers]
        src = pad([np.asarray(sources[i], dtype=np.int32) for i in numbers]).to(model.device)
        target = pad(wanted).to(model.device)
        real = target != PAD
        hidden = model(src, pad(wanted, (BOS,), ()).to(model.device))[real]
        log_q = model.logits(hidden).float().log_softmax(-1)
        hits = (log_q.argmax(-1) == target[real]).tolist()
        scores = log_q.gather(1, target[real][:, None])[:, 0].tolist()
        first = 0
        for i, ids in zip(numbers, wanted, strict=True):
            end = first + len(ids) + 1
            results[i] = (scores[first:end], hits[first:end])
            first = end

    with torch.inference_mode(), packed(model):
        batched([max(len(s), len(t)) + 1 for s, t in zip(sources, targets, strict=True)], batch_tokens, work)
    return results
