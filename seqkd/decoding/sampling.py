"""Ancestral sampling: translations drawn from the model token by token, y_t ~ q(. | y_<t, x).

The random numbers of a sentence depend only on the seed and its index in the list, so a sample depends neither on its
batch nor on the other sentences. A token is drawn by inverting the distribution function: it is the first one whose
cumulative probability exceeds a number drawn uniformly from [0, 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seqkd.data.batching import pad
from seqkd.data.dataset import BOS, PAD
from seqkd.decoding.beam_search import Hypothesis, length_limits
from seqkd.decoding.generate import run_in_batches
from seqkd.decoding.rollout import Rollout
from seqkd.decoding.settings import BATCH_TOKENS, LengthLimits
from seqkd.models.base import TranslationModel
from seqkd.models.packed_linear import packed


@dataclass(frozen=True)
class TokenSampler:
    """Chooses tokens at random for ``Rollout``.

    ``uniforms`` [B, K, max tokens] are the random numbers. Tokens are drawn from the ``top_k`` most probable ones (0:
    from all) of the distribution at ``temperature``.
    """

    uniforms: Tensor
    temperature: float = 1.0
    top_k: int = 0

    def __call__(self, logits: Tensor, sentences: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """See ``seqkd.decoding.rollout.Choice``; log-probabilities are those at ``temperature`` and ``top_k``."""
        log_q = apply_temperature_topk(logits.double(), self.temperature, self.top_k).log_softmax(-1)
        tokens = inverse_cdf_sample(log_q, self.uniforms[sentences, :, length].flatten())
        return tokens, log_q.gather(1, tokens[:, None])[:, 0]


def apply_temperature_topk(logits: Tensor, temperature: float, top_k: int) -> Tensor:
    """Logits [N, V] at ``temperature``, with all but the ``top_k`` largest of each row set to -inf; 0 keeps all.

    If either changes the distribution, PAD and BOS are removed first, lest they be all that is left.
    """
    if temperature == 1 and not top_k:
        return logits
    logits = logits.index_fill(1, torch.tensor([PAD, BOS], device=logits.device), -torch.inf) / temperature
    if not top_k or top_k >= logits.shape[1]:
        return logits
    top = logits.topk(top_k)
    return torch.full_like(logits, -torch.inf).scatter_(1, top.indices, top.values)


def inverse_cdf_sample(log_q: Tensor, uniforms: Tensor) -> Tensor:
    """Draw a token for each row: log-probabilities [N, V] (float64) and numbers in [0, 1), [N], to int64 [N].

    PAD and BOS are never drawn; the other tokens keep their relative probabilities.
    """
    q = log_q.exp()
    q[:, [PAD, BOS]] = 0.0
    cumulative = q.cumsum(1)
    thresholds = uniforms[:, None] * cumulative[:, -1:]
    return torch.searchsorted(cumulative, thresholds, right=True)[:, 0].clamp_(max=q.shape[1] - 1)


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
        limits: length limits; a sample without EOS by then is returned unfinished.
        batch_tokens: source tokens times ``count`` that are drawn at once.
        numbers: the sources' numbers for seeding, if they differ from their indices in ``sources``.

    Returns:
        For each source its samples with log q(y | x), EOS included if there is one. Apart from PAD and BOS, which are
        never drawn, this is exactly the probability with which a finished translation is drawn.
    """
    results: list[list[Hypothesis]] = [[] for _ in sources]
    seeds = range(len(sources)) if numbers is None else numbers

    def run_batch(indices: list[int]) -> None:
        src = pad([np.asarray(sources[i], dtype=np.int32) for i in indices]).to(model.device)
        max_lengths = length_limits((src != PAD).sum(1) - 1, limits)
        steps = int(max_lengths.max())
        numbers_drawn = [np.random.default_rng([seed, seeds[i]]).random((steps, count)).T for i in indices]
        uniforms = torch.from_numpy(np.stack(numbers_drawn)).to(model.device)
        rollout = Rollout(model, src, max_lengths, count, TokenSampler(uniforms))
        for i, samples in zip(indices, rollout.run(), strict=True):
            results[i] = samples

    with torch.inference_mode(), packed(model):
        run_in_batches([len(ids) + 1 for ids in sources], max(1, batch_tokens // count), run_batch)
    return results
