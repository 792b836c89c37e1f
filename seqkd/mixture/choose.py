"""Targets chosen out of what a teacher said: the translation nearest to the reference, the best few, or the consensus.

- ``seq-inter``: of each n-best list the one with the best smoothed sentence BLEU (Kim & Rush 2016, section 3.3).
- ``best-chrf``: the one with the best sentence chrF (Zouhar 2021).
- ``ranked``: the four best by sentence BLEU, as 4, 3, 2 and 1 copies (Zouhar 2021).
- ``ranked+gold``: the same, and two copies of the reference (Zouhar 2021).
- ``seq-kd+gold``: the teacher's beam search, and beside it the reference (Zouhar 2021).
- ``mbr``: of samples the one with the greatest expected chrF against all of them (minimum Bayes risk; Finkelstein &
  Freitag 2024). References are not read.

Candidates are compared as detokenised text, doubles counted once, though in ``mbr`` each weighs as often as it was
drawn. Of equals the first is taken, which in an n-best list the teacher likes best.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from seqkd.lines import ForwardLines
from seqkd.mixture.make import Pair, read_shards, write_targets
from seqkd.mixture.sentence_bleu import sentence_metric
from seqkd.scoring.bleu import chrf_metric
from seqkd.tokenizer.tokenizer import SIDES

log = logging.getLogger(__name__)

Scores = Callable[[Counter[str], str], list[float]]
"""From candidates, with how often each was said, and the reference to a score for each, 0 to 100."""


@dataclass(frozen=True)
class Choice:
    """One way to choose: what is measured, how, and how many copies are kept of the best, the second and so on, and of
    the reference."""

    measure: str
    scores: Callable[[str], Scores]
    copies: tuple[int, ...] = (1,)
    references: int = 0


def _by_bleu(tokenize: str) -> Scores:
    return partial(_against_reference, sentence_metric(tokenize))


def _by_chrf(tokenize: str) -> Scores:
    return partial(_against_reference, chrf_metric())


def _by_consensus(tokenize: str) -> Scores:
    return partial(_consensus, chrf_metric())


def _against_reference(metric: Any, candidates: Counter[str], reference: str) -> list[float]:
    return [metric.sentence_score(text, [reference]).score for text in candidates]


def _consensus(metric: Any, candidates: Counter[str], reference: str) -> list[float]:
    """Mean of the metric against every sample, itself among them."""
    said = candidates.total()
    return [
        sum(count * metric.sentence_score(text, [other]).score for other, count in candidates.items()) / said
        for text in candidates
    ]


CHOICES = {
    "seq-inter": Choice("sentence_bleu", _by_bleu),
    "best-chrf": Choice("sentence_chrf", _by_chrf),
    "ranked": Choice("sentence_bleu", _by_bleu, (4, 3, 2, 1)),
    "ranked+gold": Choice("sentence_bleu", _by_bleu, (4, 3, 2, 1), references=2),
    "seq-kd+gold": Choice("sentence_bleu", _by_bleu, references=1),
    "mbr": Choice("expected_chrf", _by_consensus),
}


def make_chosen(
    *, choice: str, shards: list[Path], corpus: Path, tokenizer: Path, folder: Path, bleu_tokenize: str
) -> dict[str, Any]:
    """Write the pairs of a choice's targets to ``folder``; gives counts and mean scores of what was and is first."""
    how, totals = CHOICES[choice], _Totals()
    scores_of = how.scores(bleu_tokenize)

    def pairs() -> Iterator[Pair]:
        sources, references = (ForwardLines(corpus / f"train.{side}") for side in SIDES)
        for line, hypotheses in read_shards(shards):
            source, reference = sources[line], references[line]
            candidates = Counter(hypothesis["text"] for hypothesis in hypotheses)
            kept = totals.counted(how, list(candidates), scores_of(candidates, reference), reference)
            yield from (Pair(line, source, text) for text in kept)

    lengths = write_targets(pairs(), tokenizer, folder)
    return totals.facts(how) | lengths


@dataclass
class _Totals:
    """Sums over the sentences of a choice."""

    sentences: int = 0
    changed: int = 0
    candidates: int = 0
    pairs: int = 0
    first: float = 0.0
    chosen: float = 0.0

    def counted(self, how: Choice, known: list[str], scores: list[float], reference: str) -> list[str]:
        """The targets that are kept of one sentence's candidates, added up on the way."""
        order = sorted(range(len(known)), key=lambda i: -scores[i])
        kept = [known[i] for i, copies in zip(order, how.copies, strict=False) for _ in range(copies)]
        kept += [reference] * how.references
        self.sentences += 1
        self.changed += order[0] > 0
        self.candidates += len(known)
        self.pairs += len(kept)
        self.first += scores[0]
        self.chosen += scores[order[0]]
        if self.sentences % 2000 == 0:
            log.info("%d sentences", self.sentences)
        return kept

    def facts(self, how: Choice) -> dict[str, Any]:
        """Counts, and mean scores of what was and is first."""
        count = max(1, self.sentences)
        return {
            "sentences": self.sentences,
            "changed": self.changed,
            "mean_candidates": round(self.candidates / count, 2),
            f"mean_{how.measure}_of_first": round(self.first / count, 2),
            f"mean_{how.measure}_of_chosen": round(self.chosen / count, 2),
        } | ({"pairs": self.pairs} if len(how.copies) + how.references > 1 else {})
