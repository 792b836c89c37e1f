"""Ancestral sampling: translations drawn from the model, word by word, y_t ~ q(. | y_<t, x).

Each sentence has random numbers of its own, by the seed and its place in the list, so that a sample depends neither on
the batch it is drawn in nor on the other sentences. A word is found by inverting the distribution function: the first
one whose cumulated probability is above a number drawn evenly from [0, 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seqkd.batches.batches import pad
from seqkd.batches.dataset import BOS, PAD
from seqkd.decoding.engine import batched
from seqkd.decoding.rollout import Rollout
from seqkd.decoding.search import Hypothesis, length_limits
from seqkd.decoding.settings import BATCH_TOKENS, LengthLimits
from seqkd.models.interface import TranslationModel
from seqkd.models.packed import packed


@dataclass(frozen=True)
class Drawing:
    """Chooses words at random for ``Rollout``.

    ``uniforms`` [B, K, most words] are the random numbers. Words are drawn from the ``top_k`` most probable ones (0:
    from all) of the distribution at ``temperature``.
    """

    uniforms: Tensor
    temperature: float = 1.0
    top_k: int = 0

    def __call__(self, logits: Tensor, sentences: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """See ``seqkd.decoding.rollout.Choice``; log-probabilities are of what is drawn from."""
        log_q = narrowed(logits.double(), self.temperature, self.top_k).log_softmax(-1)
        words = draw(log_q, self.uniforms[sentences, :, length].flatten())
        return words, log_q.gather(1, words[:, None])[:, 0]


def narrowed(logits: Tensor, temperature: float, top_k: int) -> Tensor:
    """Logits [N, V] at ``temperature``, with all but the ``top_k`` largest of each row at minus infinity; 0 keeps all.

    Where one of them narrows, PAD and BOS go first, lest they be all that is left.
    """
    if temperature == 1 and not top_k:
        return logits
    logits = logits.index_fill(1, torch.tensor([PAD, BOS], device=logits.device), -torch.inf) / temperature
    if not top_k or top_k >= logits.shape[1]:
        return logits
    best = logits.topk(top_k)
    return torch.full_like(logits, -torch.inf).scatter_(1, best.indices, best.values)


def draw(log_q: Tensor, uniforms: Tensor) -> Tensor:
    """One word for each row of log-probabilities, [N, V] (float64) and numbers in [0, 1), [N], to int64 [N].

    PAD and BOS are no words of a translation: their probability is left out, the rest keeps its proportions.
    """
    q = log_q.exp()
    q[:, [PAD, BOS]] = 0.0
    below = q.cumsum(1)
    wanted = uniforms[:, None] * below[:, -1:]
    return torch.searchsorted(below, wanted, right=True)[:, 0].clamp_(max=q.shape[1] - 1)


def sample(
    model: TranslationModel,
    sources: Sequence[list[int]],
    count: int,
    seed: int,
    limits: LengthLimits,
    batch_tokens: int = BATCH_TOKENS,
    numbers: Sequence[int] | None = None,
) -> list[list[Hypothesis]]:
    """``count`` independent translations of each source (ids without EOS), drawn from the model.

    Args:
        limits: its length limits alone are read; what has no end by then is handed in unfinished.
        batch_tokens: source tokens times ``count`` that are drawn at once.
        numbers: the sources' numbers for their random numbers, where they are not those of the whole list.

    Returns:
        For each source its samples with log q(y | x), EOS included where there is one. Beside PAD and BOS, which are
        never drawn, the probability of a finished translation to be drawn is exactly that.
    """
    results: list[list[Hypothesis]] = [[] for _ in sources]
    known = range(len(sources)) if numbers is None else numbers

    def work(places: list[int]) -> None:
        src = pad([np.asarray(sources[i], dtype=np.int32) for i in places]).to(model.device)
        longest = length_limits((src != PAD).sum(1) - 1, limits)
        steps = int(longest.max())
        drawn = [np.random.default_rng([seed, known[i]]).random((steps, count)).T for i in places]
        uniforms = torch.from_numpy(np.stack(drawn)).to(model.device)
        for i, found in zip(places, Rollout(model, src, longest, count, Drawing(uniforms)).run(), strict=True):
            results[i] = found

    with torch.inference_mode(), packed(model):
        batched([len(ids) + 1 for ids in sources], max(1, batch_tokens // count), work)
    return results
