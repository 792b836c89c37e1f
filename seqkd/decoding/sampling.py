"""Ancestral sampling: translations drawn from the model, word by word, y_t ~ q(. | y_<t, x).

Each sentence has random numbers of its own, by the seed and its place in the list, so that a sample depends neither on
the batch it is drawn in nor on the other sentences. A word is found by inverting the distribution function: the first
one whose cumulated probability is above a number drawn evenly from [0, 1).
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from seqkd.batches.batches import pad
from seqkd.batches.dataset import BOS, EOS, PAD
from seqkd.decoding.engine import batched
from seqkd.decoding.search import Hypothesis, length_limits
from seqkd.decoding.settings import BATCH_TOKENS, SearchSettings
from seqkd.models.interface import TranslationModel


class Sampler:
    """The state of one batch: B sentences still drawn, K rows each; ``tokens`` [B, K, t], ``log_probs`` [B, K].

    ``limits`` [B] are the most words of a sample, ``uniforms`` [B, K, most of all] the random numbers. Words are drawn
    from the ``top_k`` most probable ones (0: from all) of the distribution at ``temperature``.
    """

    def __init__(
        self,
        model: TranslationModel,
        src: Tensor,
        limits: Tensor,
        uniforms: Tensor,
        temperature: float = 1.0,
        top_k: int = 0,
    ) -> None:
        self.model, self.limits, self.uniforms = model, limits, uniforms
        self.temperature, self.top_k = temperature, top_k
        batch, self.count, _ = uniforms.shape
        self.state = model.start(src, self.count)
        device = src.device
        self.sentences = torch.arange(batch, device=device)
        self.tokens = torch.full((batch, self.count, 1), BOS, device=device)
        self.log_probs = torch.zeros(batch, self.count, dtype=torch.float64, device=device)
        self.ended = torch.zeros(batch, self.count, dtype=torch.bool, device=device)
        self.results: list[list[Hypothesis]] = [[] for _ in range(batch)]

    def run(self) -> list[list[Hypothesis]]:
        """K samples of each sentence, in the order drawn."""
        while len(self.sentences):
            self.advance()
            self.leave()
        return self.results

    def advance(self) -> None:
        """One word more for every row; an ended row gets padding."""
        hidden = self.model.step(self.state, self.tokens[:, :, -1].flatten())
        logits = self.model.logits(hidden).double()
        log_q = narrowed(logits, self.temperature, self.top_k).log_softmax(-1)
        words = draw(log_q, self.uniforms[:, :, self.tokens.shape[2] - 1].flatten())
        gained = log_q.gather(1, words[:, None]).view_as(self.log_probs)
        self.log_probs += gained.masked_fill(self.ended, 0.0)
        words = words.view_as(self.ended).masked_fill(self.ended, PAD)
        self.tokens = torch.cat([self.tokens, words[:, :, None]], 2)
        self.ended = self.ended | (words == EOS)

    def leave(self) -> None:
        """Hand in the sentences of which every row has ended or the limit is reached."""
        done = self.ended.all(1) | (self.tokens.shape[2] - 1 >= self.limits)
        if not bool(done.any()):
            return
        for index in done.nonzero().flatten().tolist():
            self.results[int(self.sentences[index])] = [self.hand_in(index, row) for row in range(self.count)]
        rest = (~done).nonzero().flatten()
        for name in ("limits", "uniforms", "sentences", "tokens", "log_probs", "ended"):
            setattr(self, name, getattr(self, name).index_select(0, rest))
        self.state.keep(rest, self.count)

    def hand_in(self, index: int, row: int) -> Hypothesis:
        """One sample."""
        ids = [word for word in self.tokens[index, row, 1:].tolist() if word not in (EOS, PAD)]
        return Hypothesis(ids, float(self.log_probs[index, row]), bool(self.ended[index, row]))


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
    limits: SearchSettings,
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
        for i, found in zip(places, Sampler(model, src, longest, uniforms).run(), strict=True):
            results[i] = found

    with torch.inference_mode():
        batched([len(ids) + 1 for ids in sources], max(1, batch_tokens // count), work)
    return results
