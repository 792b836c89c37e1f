"""Translations written token by token, each token chosen from the model's distribution: its argmax, or a sample.

A row ends with EOS, or unfinished at its length limit. Unlike in beam search (``seqkd.decoding.beam_search``), rows
are not compared, which makes the steps cheaper.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from seqkd.data.dataset import BOS, EOS, PAD
from seqkd.decoding.beam_search import Hypothesis, length_limits
from seqkd.decoding.settings import SearchSettings
from seqkd.models.base import TranslationModel
from seqkd.utils.fast_topk import fast_topk

Choice = Callable[[Tensor, Tensor, int], tuple[Tensor, Tensor]]
"""From logits [B*K, V], the sentences' numbers in the batch [B] and the number of tokens so far, each row's next token
and its log-probability, both [B*K]."""

PER_SENTENCE = ("limits", "sentences", "tokens", "log_probs", "ended")


class Rollout:
    """The state of one batch: B unfinished sentences, K rows each; ``tokens`` [B, K, t], ``log_probs`` [B, K].

    ``limits`` [B] are the maximum numbers of tokens of a row.
    """

    def __init__(self, model: TranslationModel, src: Tensor, limits: Tensor, count: int, choose: Choice) -> None:
        self.model, self.limits, self.count, self.choose = model, limits, count, choose
        batch, device = len(src), src.device
        self.state = model.start(src, count)
        self.sentences = torch.arange(batch, device=device)
        self.tokens = torch.full((batch, count, 1), BOS, device=device)
        self.log_probs = torch.zeros(batch, count, dtype=torch.float64, device=device)
        self.ended = torch.zeros(batch, count, dtype=torch.bool, device=device)
        self.results: list[list[Hypothesis]] = [[] for _ in range(batch)]

    def run(self) -> list[list[Hypothesis]]:
        """K translations of each sentence."""
        while len(self.sentences):
            self.advance()
            self.retire_finished()
        return self.results

    def advance(self) -> None:
        """Add a token to every row; an ended row gets padding."""
        hidden = self.model.step(self.state, self.tokens[:, :, -1].flatten())
        tokens, log_probs = self.choose(self.model.logits(hidden), self.sentences, self.tokens.shape[2] - 1)
        self.log_probs += log_probs.view_as(self.ended).masked_fill(self.ended, 0.0)
        tokens = tokens.view_as(self.ended).masked_fill(self.ended, PAD)
        self.tokens = torch.cat([self.tokens, tokens[:, :, None]], 2)
        self.ended |= (tokens == EOS) | (self.tokens.shape[2] > self.limits)[:, None]

    def retire_finished(self) -> None:
        """Store and drop the sentences of which every row has ended, once they are an eighth of the batch."""
        done = self.ended.all(1)
        if int(done.sum()) * 8 < len(done):
            return
        for index in done.nonzero().flatten().tolist():
            self.results[int(self.sentences[index])] = [self.to_hypothesis(index, row) for row in range(self.count)]
        live = (~done).nonzero().flatten()
        for name in PER_SENTENCE:
            setattr(self, name, getattr(self, name).index_select(0, live))
        self.state.select(live, self.count)

    def to_hypothesis(self, index: int, row: int) -> Hypothesis:
        """One translation."""
        ids = [token for token in self.tokens[index, row, 1:].tolist() if token != PAD]
        finished = ids[-1:] == [EOS]
        return Hypothesis(ids[: len(ids) - finished], float(self.log_probs[index, row]), finished)


def argmax_choice(logits: Tensor, sentences: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """The most probable token of each row, except PAD and BOS. See ``Choice``."""
    log_q = logits.float().log_softmax(-1)
    for token in (PAD, BOS):
        log_q[:, token] = -torch.inf
    log_probs, tokens = fast_topk(log_q, 1)
    return tokens, log_probs


def unscored_argmax_choice(logits: Tensor, sentences: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """As ``argmax_choice``, with NaN as log-probabilities: normalising takes an eighth of a small model's time."""
    scores = logits.float()  # maxima of bfloat16 take five times as long
    for token in (PAD, BOS):
        scores[:, token] = -torch.inf
    tokens = fast_topk(scores, 1)[1]
    return tokens, torch.full_like(tokens, torch.nan, dtype=torch.float32)


def greedy_search(
    model: TranslationModel, src: Tensor, settings: SearchSettings, scored: bool = True
) -> list[list[Hypothesis]]:
    """Translate a batch, src [B, S] ending in EOS, choosing the most probable token at each step.

    Args:
        settings: only its length limits are read.
        scored: compute log-probabilities; NaN otherwise.
    """
    with torch.inference_mode():
        limits = length_limits((src != PAD).sum(1) - 1, settings)
        return Rollout(model, src, limits, 1, argmax_choice if scored else unscored_argmax_choice).run()


def greedy_search_single(
    model: TranslationModel, decoder: Any, src: Tensor, settings: SearchSettings, scored: bool = True
) -> list[list[Hypothesis]]:
    """As ``greedy_search``, for a batch of one, src [1, S]; the bookkeeping of a batch would take a fifth of its time.

    Args:
        decoder: an object with ``start`` and ``step`` of the model.
    """
    with torch.inference_mode():
        limit = int(length_limits((src != PAD).sum(1) - 1, settings))
        state = decoder.start(src, 1)
        ids, log_prob = [BOS], 0.0 if scored else math.nan
        while len(ids) <= limit and ids[-1] != EOS:
            logits = model.logits(decoder.step(state, src.new_full((1,), ids[-1])))[0].float()
            scores = (logits.log_softmax(-1) if scored else logits).cpu().numpy()
            scores[PAD] = scores[BOS] = -math.inf
            ids.append(int(scores.argmax()))
            log_prob += float(scores[ids[-1]]) if scored else 0.0
    finished = ids[-1] == EOS
    return [[Hypothesis(ids[1 : len(ids) - finished], log_prob, finished)]]
