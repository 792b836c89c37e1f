"""Beam search over one batch: expand, finish, prune, reorder, retire.

A hypothesis finishes if EOS is among the K best continuations of its sentence; of the finished ones the ``n_best`` best
are kept. A sentence is done when no live hypothesis can still displace one of them, so with an unbounded beam the
search is exhaustive. UNK may be produced, PAD and BOS may not. Scores are sums of log-probabilities, divided by
length**length_penalty (EOS counted).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from seqkd.data.dataset import BOS, EOS, PAD
from seqkd.decoding.settings import LengthLimits, SearchSettings
from seqkd.models.base import TranslationModel
from seqkd.utils.fast_topk import fast_topk


@dataclass(frozen=True)
class Hypothesis:
    """One translation: ids without EOS, log-probability (EOS included if finished), and whether it ended with EOS."""

    ids: list[int]
    log_prob: float
    finished: bool


def length_limits(lengths: Tensor, settings: LengthLimits) -> Tensor:
    """Maximum length of a translation (EOS counted), from the source's length without EOS: int64 [B] to int64 [B]."""
    return (lengths.double() * settings.max_length_ratio).long() + settings.max_length_extra


PER_SENTENCE = (
    *("sentences", "done", "limits", "scores", "tokens"),
    *("finished_scores", "finished_log_probs", "finished_tokens", "finished_lengths"),
)


class BeamSearch:
    """The state of one batch: B sentences still searched, with K live and N = ``n_best`` finished hypotheses each.

    ``scores`` [B, K] and ``tokens`` [B, K, t] are the live ones, ``finished_scores`` [B, N] (normalised),
    ``finished_log_probs`` [B, N], ``finished_tokens`` [B, N, t] and ``finished_lengths`` [B, N] the finished ones, best
    first.
    """

    def __init__(self, model: TranslationModel, src: Tensor, settings: SearchSettings, n_best: int) -> None:
        self.model, self.beam, self.alpha, self.n_best = model, settings.beam, settings.length_penalty, n_best
        batch = len(src)
        self.state = model.start(src, self.beam)
        self.limits = length_limits((src != PAD).sum(1) - 1, settings)
        device = src.device
        self.sentences = torch.arange(batch, device=device)
        self.done = torch.zeros(batch, dtype=torch.bool, device=device)
        self.scores = torch.full((batch, self.beam), -torch.inf, device=device)
        self.scores[:, 0] = 0.0
        self.tokens = torch.full((batch, self.beam, 1), BOS, device=device)
        self.finished_scores = torch.full((batch, n_best), -torch.inf, device=device)
        self.finished_log_probs = self.finished_scores.clone()
        self.finished_tokens = torch.full((batch, n_best, 1), PAD, device=device)
        self.finished_lengths = torch.zeros(batch, n_best, dtype=torch.int64, device=device)
        self.results: list[list[Hypothesis]] = [[] for _ in range(batch)]

    def run(self) -> list[list[Hypothesis]]:
        """Up to ``n_best`` hypotheses per sentence, best first; if none finished, the best live one, unfinished."""
        while len(self.sentences):
            self.advance()
        return self.results

    def advance(self) -> None:
        """Add a token to every live hypothesis."""
        hidden = self.model.step(self.state, self.tokens[:, :, -1].flatten())
        logits = self.model.logits(hidden).float()
        scores, rows, tokens = self.expand(logits)
        ended = tokens == EOS
        self.finish(scores.masked_fill(~ended, -torch.inf)[:, : self.beam], rows[:, : self.beam])
        # At most K of the 2K ended, so K stay live; a stable sort keeps them in the order of their scores.
        live = ended.to(torch.int8).argsort(dim=1, stable=True)[:, : self.beam]
        self.prune(scores.gather(1, live), rows.gather(1, live), tokens.gather(1, live))
        self.retire_finished()

    def expand(self, logits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Each sentence's 2K best continuations, from logits [B*K, V]: log-probability, hypothesis, token, [B, 2K]."""
        log_probs = logits.log_softmax(-1)
        log_probs[:, [PAD, BOS]] = -torch.inf
        # A hypothesis has at most K live continuations and EOS among them, so K + 1 suffice.
        top, tokens = fast_topk(log_probs, min(self.beam + 1, logits.shape[1]))
        width = top.shape[1]
        candidates = self.scores[:, :, None] + top.view(*self.scores.shape, width)
        scores, indices = candidates.flatten(1).topk(min(2 * self.beam, self.beam * width))
        return scores, indices // width, tokens.view(len(tokens) // self.beam, -1).gather(1, indices)

    def finish(self, log_probs: Tensor, rows: Tensor) -> None:
        """Merge newly ended hypotheses into the finished ones: log-probability (-inf if not ended) and row, [B, K]."""
        length = self.tokens.shape[2]
        scores = log_probs.masked_fill(self.done[:, None], -torch.inf) / length**self.alpha
        if not bool((scores > self.finished_scores[:, -1:]).any()):
            return
        padding = length - self.finished_tokens.shape[2]
        padded = torch.nn.functional.pad(self.finished_tokens, (0, padding), value=PAD)
        self.finished_scores, best = torch.cat([self.finished_scores, scores], 1).topk(self.n_best)
        self.finished_log_probs = torch.cat([self.finished_log_probs, log_probs], 1).gather(1, best)
        lengths = torch.cat([self.finished_lengths, torch.full_like(rows, length)], 1)
        self.finished_lengths = lengths.gather(1, best)
        self.finished_tokens = gather_rows(torch.cat([padded, gather_rows(self.tokens, rows)], 1), best)

    def prune(self, scores: Tensor, rows: Tensor, tokens: Tensor) -> None:
        """Continue with only these hypotheses, each [B, K]."""
        self.scores = scores
        self.tokens = torch.cat([gather_rows(self.tokens, rows), tokens[:, :, None]], 2)
        if self.beam > 1:
            offsets = torch.arange(len(rows), device=rows.device)[:, None] * self.beam
            self.state.reorder((rows + offsets).flatten())

    def retire_finished(self) -> None:
        """Store the results of sentences that are done, and drop these once they are an eighth of the batch."""
        length = self.tokens.shape[2] - 1
        done = self.settled() | (length >= self.limits) | self.done
        for index in (done & ~self.done).nonzero().flatten().tolist():
            self.results[int(self.sentences[index])] = self.to_hypotheses(index)
        self.done = done
        if int(done.sum()) * 8 < len(done):
            return
        live = (~done).nonzero().flatten()
        for name in PER_SENTENCE:
            setattr(self, name, getattr(self, name).index_select(0, live))
        self.state.select(live, self.beam)

    def settled(self) -> Tensor:
        """Sentences whose live hypotheses cannot displace a finished one any more, bool [B]: the score of a live one
        decreases with every token, and no length divides it by more than the limit does."""
        bounds = self.scores[:, 0] / self.limits**self.alpha if self.alpha else self.scores[:, 0]
        return self.finished_scores[:, -1] >= bounds

    def to_hypotheses(self, index: int) -> list[Hypothesis]:
        """The hypotheses of one sentence of the batch."""
        hypotheses = []
        for rank in range(self.n_best):
            if self.finished_scores[index, rank] > -torch.inf:
                ids = self.finished_tokens[index, rank, 1 : int(self.finished_lengths[index, rank])].tolist()
                hypotheses.append(Hypothesis(ids, float(self.finished_log_probs[index, rank]), True))
        return hypotheses or [Hypothesis(self.tokens[index, 0, 1:].tolist(), float(self.scores[index, 0]), False)]


def gather_rows(tokens: Tensor, rows: Tensor) -> Tensor:
    """Select rows within each sentence: [B, K, t] by [B, J] to [B, J, t]."""
    return tokens.gather(1, rows[:, :, None].expand(-1, -1, tokens.shape[2]))


def beam_search(
    model: TranslationModel, src: Tensor, settings: SearchSettings, n_best: int = 1
) -> list[list[Hypothesis]]:
    """Translate a batch, src [B, S] ending in EOS; see :class:`BeamSearch`."""
    with torch.inference_mode():
        return BeamSearch(model, src, settings, n_best).run()
