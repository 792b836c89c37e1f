"""Beam search over one batch: expand, finish, prune, reorder, leave.

A hypothesis ends where EOS is among the K best continuations of its sentence; of the finished ones the best ``wanted``
are kept. A sentence is done when no live hypothesis can still displace one of them, so with an unbounded beam the
search is exhaustive. UNK may be produced, PAD and BOS may not. Scores are sums of
log-probabilities, divided by length**length_penalty (EOS counted).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from seqkd.batches.dataset import BOS, EOS, PAD
from seqkd.best_words import best_words
from seqkd.decoding.settings import LengthLimits, SearchSettings
from seqkd.models.interface import TranslationModel


@dataclass(frozen=True)
class Hypothesis:
    """One translation: ids without EOS, log-probability (EOS included if finished), and whether it ended by itself."""

    ids: list[int]
    log_prob: float
    finished: bool


def length_limits(lengths: Tensor, settings: LengthLimits) -> Tensor:
    """Most ids (EOS counted) of a translation, from the source's length without EOS: int64 [B] to int64 [B]."""
    return (lengths.double() * settings.max_length_ratio).long() + settings.max_length_extra


PER_SENTENCE = (
    *("sentences", "done", "limits", "scores", "tokens"),
    *("kept_scores", "kept_log_probs", "kept_tokens", "kept_lengths"),
)


class Search:
    """The state of one batch: B sentences still searched, K live and W kept finished hypotheses each.

    ``scores`` [B, K] and ``tokens`` [B, K, t] are the live ones, ``kept_scores`` [B, W] (normalised),
    ``kept_log_probs`` [B, W], ``kept_tokens`` [B, W, t] and ``kept_lengths`` [B, W] the finished ones, best first.
    """

    def __init__(self, model: TranslationModel, src: Tensor, settings: SearchSettings, wanted: int) -> None:
        self.model, self.beam, self.alpha, self.wanted = model, settings.beam, settings.length_penalty, wanted
        batch = len(src)
        self.state = model.start(src, self.beam)
        self.limits = length_limits((src != PAD).sum(1) - 1, settings)
        device = src.device
        self.sentences = torch.arange(batch, device=device)
        self.done = torch.zeros(batch, dtype=torch.bool, device=device)
        self.scores = torch.full((batch, self.beam), -torch.inf, device=device)
        self.scores[:, 0] = 0.0
        self.tokens = torch.full((batch, self.beam, 1), BOS, device=device)
        self.kept_scores = torch.full((batch, wanted), -torch.inf, device=device)
        self.kept_log_probs = self.kept_scores.clone()
        self.kept_tokens = torch.full((batch, wanted, 1), PAD, device=device)
        self.kept_lengths = torch.zeros(batch, wanted, dtype=torch.int64, device=device)
        self.results: list[list[Hypothesis]] = [[] for _ in range(batch)]

    def run(self) -> list[list[Hypothesis]]:
        """Up to ``wanted`` hypotheses a sentence, best first; if none ended in time, the best live one, unfinished."""
        while len(self.sentences):
            self.advance()
        return self.results

    def advance(self) -> None:
        """One token more for every live hypothesis."""
        hidden = self.model.step(self.state, self.tokens[:, :, -1].flatten())
        logits = self.model.logits(hidden).float()
        scores, rows, words = self.expand(logits)
        ended = words == EOS
        self.finish(scores.masked_fill(~ended, -torch.inf)[:, : self.beam], rows[:, : self.beam])
        # At most K of the 2K end, so K go on; a stable sort keeps them in the order of their scores.
        onward = ended.to(torch.int8).argsort(dim=1, stable=True)[:, : self.beam]
        self.prune(scores.gather(1, onward), rows.gather(1, onward), words.gather(1, onward))
        self.leave()

    def expand(self, logits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Each sentence's 2K best continuations, from logits [B*K, V]: log-probability, hypothesis, word, [B, 2K]."""
        log_probs = logits.log_softmax(-1)
        log_probs[:, [PAD, BOS]] = -torch.inf
        # One hypothesis can give K live continuations and its end, no more of it is needed.
        top, words = best_words(log_probs, min(self.beam + 1, logits.shape[1]))
        width = top.shape[1]
        ahead = self.scores[:, :, None] + top.view(*self.scores.shape, width)
        scores, chosen = ahead.flatten(1).topk(min(2 * self.beam, self.beam * width))
        return scores, chosen // width, words.view(len(words) // self.beam, -1).gather(1, chosen)

    def finish(self, log_probs: Tensor, rows: Tensor) -> None:
        """Offer ended hypotheses to the kept ones: log-probability (-inf where none ended) and row, each [B, K]."""
        length = self.tokens.shape[2]
        scores = log_probs.masked_fill(self.done[:, None], -torch.inf) / length**self.alpha
        if not bool((scores > self.kept_scores[:, -1:]).any()):
            return
        grown = torch.nn.functional.pad(self.kept_tokens, (0, length - self.kept_tokens.shape[2]), value=PAD)
        self.kept_scores, best = torch.cat([self.kept_scores, scores], 1).topk(self.wanted)
        self.kept_log_probs = torch.cat([self.kept_log_probs, log_probs], 1).gather(1, best)
        lengths = torch.cat([self.kept_lengths, torch.full_like(rows, length)], 1)
        self.kept_lengths = lengths.gather(1, best)
        self.kept_tokens = take(torch.cat([grown, take(self.tokens, rows)], 1), best)

    def prune(self, scores: Tensor, rows: Tensor, words: Tensor) -> None:
        """Go on with these hypotheses alone, each [B, K]."""
        self.scores = scores
        self.tokens = torch.cat([take(self.tokens, rows), words[:, :, None]], 2)
        if self.beam > 1:
            first = torch.arange(len(rows), device=rows.device)[:, None] * self.beam
            self.state.reorder((rows + first).flatten())

    def leave(self) -> None:
        """Hand in sentences that are done, and drop them once they are an eighth of the batch."""
        length = self.tokens.shape[2] - 1
        done = self.settled() | (length >= self.limits) | self.done
        for index in (done & ~self.done).nonzero().flatten().tolist():
            self.results[int(self.sentences[index])] = self.hand_in(index)
        self.done = done
        if int(done.sum()) * 8 < len(done):
            return
        rest = (~done).nonzero().flatten()
        for name in PER_SENTENCE:
            setattr(self, name, getattr(self, name).index_select(0, rest))
        self.state.keep(rest, self.beam)

    def settled(self) -> Tensor:
        """Sentences whose live hypotheses cannot displace a kept one any more, bool [B]: the score of a live one falls
        with every token, and no length divides it by more than the limit does."""
        ahead = self.scores[:, 0] / self.limits**self.alpha if self.alpha else self.scores[:, 0]
        return self.kept_scores[:, -1] >= ahead

    def hand_in(self, index: int) -> list[Hypothesis]:
        """The hypotheses of one sentence of the batch."""
        found = []
        for place in range(self.wanted):
            if self.kept_scores[index, place] > -torch.inf:
                ids = self.kept_tokens[index, place, 1 : int(self.kept_lengths[index, place])].tolist()
                found.append(Hypothesis(ids, float(self.kept_log_probs[index, place]), True))
        return found or [Hypothesis(self.tokens[index, 0, 1:].tolist(), float(self.scores[index, 0]), False)]


def take(rows: Tensor, which: Tensor) -> Tensor:
    """Choose rows within each sentence: [B, K, t] by [B, J] to [B, J, t]."""
    return rows.gather(1, which[:, :, None].expand(-1, -1, rows.shape[2]))


def beam_search(
    model: TranslationModel, src: Tensor, settings: SearchSettings, wanted: int = 1
) -> list[list[Hypothesis]]:
    """Translate a batch, src [B, S] ending in EOS; see :class:`Search`."""
    with torch.inference_mode():
        return Search(model, src, settings, wanted).run()
