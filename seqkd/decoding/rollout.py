"""Translations written word by word, each word chosen from the model's distribution alone: the best one, or one drawn.

A row ends with EOS, or unfinished at its limit. Nothing is compared between rows, which is what beam search does
(``seqkd.decoding.search``) and what makes its steps dearer.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from seqkd.batches.dataset import BOS, EOS, PAD
from seqkd.best_words import best_words
from seqkd.decoding.search import Hypothesis, length_limits
from seqkd.decoding.settings import SearchSettings
from seqkd.models.interface import TranslationModel

Choice = Callable[[Tensor, Tensor, int], tuple[Tensor, Tensor]]
"""From logits [B*K, V], the sentences' numbers in the batch [B] and how many words there are so far, each row's next
word and its log-probability, both [B*K]."""

PER_SENTENCE = ("limits", "sentences", "tokens", "log_probs", "ended")


class Rollout:
    """The state of one batch: B sentences still under way, K rows each; ``tokens`` [B, K, t], ``log_probs`` [B, K].

    ``limits`` [B] are the most words of a row.
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
            self.leave()
        return self.results

    def advance(self) -> None:
        """One word more for every row; an ended row gets padding."""
        hidden = self.model.step(self.state, self.tokens[:, :, -1].flatten())
        words, gained = self.choose(self.model.logits(hidden), self.sentences, self.tokens.shape[2] - 1)
        self.log_probs += gained.view_as(self.ended).masked_fill(self.ended, 0.0)
        words = words.view_as(self.ended).masked_fill(self.ended, PAD)
        self.tokens = torch.cat([self.tokens, words[:, :, None]], 2)
        self.ended |= (words == EOS) | (self.tokens.shape[2] > self.limits)[:, None]

    def leave(self) -> None:
        """Hand in sentences of which every row has ended, once they are an eighth of the batch."""
        done = self.ended.all(1)
        if int(done.sum()) * 8 < len(done):
            return
        for index in done.nonzero().flatten().tolist():
            self.results[int(self.sentences[index])] = [self.hand_in(index, row) for row in range(self.count)]
        rest = (~done).nonzero().flatten()
        for name in PER_SENTENCE:
            setattr(self, name, getattr(self, name).index_select(0, rest))
        self.state.keep(rest, self.count)

    def hand_in(self, index: int, row: int) -> Hypothesis:
        """One translation."""
        ids = [word for word in self.tokens[index, row, 1:].tolist() if word != PAD]
        finished = ids[-1:] == [EOS]
        return Hypothesis(ids[: len(ids) - finished], float(self.log_probs[index, row]), finished)


def best(logits: Tensor, sentences: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """The most probable word of each row; PAD and BOS are none. See ``Choice``."""
    log_q = logits.float().log_softmax(-1)
    for never in (PAD, BOS):
        log_q[:, never] = -torch.inf
    found, words = best_words(log_q, 1)
    return words, found


def best_unscored(logits: Tensor, sentences: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """As ``best``, with NaN for log-probabilities: a sum over the vocabulary is an eighth of a small model's time."""
    values = logits.float()  # maxima of bfloat16 take five times as long
    for never in (PAD, BOS):
        values[:, never] = -torch.inf
    words = best_words(values, 1)[1]
    return words, torch.full_like(words, torch.nan, dtype=torch.float32)


def greedy_search(
    model: TranslationModel, src: Tensor, settings: SearchSettings, scored: bool = True
) -> list[list[Hypothesis]]:
    """Translate a batch, src [B, S] ending in EOS, each word the most probable; ``settings`` give the limits.

    Args:
        scored: whether translations get their log-probability; NaN otherwise.
    """
    with torch.inference_mode():
        limits = length_limits((src != PAD).sum(1) - 1, settings)
        return Rollout(model, src, limits, 1, best if scored else best_unscored).run()


def greedy_search_of_one(
    model: TranslationModel, steps: Any, src: Tensor, settings: SearchSettings, scored: bool = True
) -> list[list[Hypothesis]]:
    """As ``greedy_search``, of a batch of one, src [1, S]; what keeps many rows apart takes a fifth of its time.

    Args:
        steps: what has ``start`` and ``step`` of the model.
    """
    with torch.inference_mode():
        limit = int(length_limits((src != PAD).sum(1) - 1, settings))
        state = steps.start(src, 1)
        ids, log_prob = [BOS], 0.0 if scored else math.nan
        while len(ids) <= limit and ids[-1] != EOS:
            logits = model.logits(steps.step(state, src.new_full((1,), ids[-1])))[0].float()
            values = (logits.log_softmax(-1) if scored else logits).cpu().numpy()
            values[PAD] = values[BOS] = -math.inf
            ids.append(int(values.argmax()))
            log_prob += float(values[ids[-1]]) if scored else 0.0
    finished = ids[-1] == EOS
    return [[Hypothesis(ids[1 : len(ids) - finished], log_prob, finished)]]
