"""Targets selected from a teacher's translations: the one nearest to the reference, the best few, or the consensus.

- ``seq-inter``: the n-best hypothesis with the highest smoothed sentence BLEU (Kim & Rush 2016, section 3.3).
- ``best-chrf``: the n-best hypothesis with the highest sentence chrF (Zouhar 2021).
- ``ranked``: the four best by sentence BLEU, as 4, 3, 2 and 1 copies (Zouhar 2021).
- ``ranked+gold``: the same, and two copies of the reference (Zouhar 2021).
- ``seq-kd+gold``: the teacher's beam search translation and the reference (Zouhar 2021).
- ``mbr``: the sample with the highest expected chrF against all samples (minimum Bayes risk; Finkelstein & Freitag
  2024). References are not used.

Candidates are compared as detokenised text without duplicates; in ``mbr`` each is weighted by how often it was sampled.
Ties go to the first, which in an n-best list has the highest model score.
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
from seqkd.scoring.metrics.chrf import chrf_metric
from seqkd.tokenizer.tokenizer import SIDES

log = logging.getLogger(__name__)

Scorer = Callable[[Counter[str], str], list[float]]
"""From candidates (text -> occurrences) and the reference to a score for each candidate, 0 to 100."""


@dataclass(frozen=True)
class Selection:
    """A rule that selects targets.

    Attributes:
        metric: name of the metric.
        scorer: from sacrebleu's tokenization to the scorer.
        copies: copies of the best candidate, the second best and so on.
        reference_copies: copies of the reference.
    """

    metric: str
    scorer: Callable[[str], Scorer]
    copies: tuple[int, ...] = (1,)
    reference_copies: int = 0


def _bleu(tokenize: str) -> Scorer:
    return partial(_score_against_reference, sentence_metric(tokenize))


def _chrf(tokenize: str) -> Scorer:
    return partial(_score_against_reference, chrf_metric())


def _expected_chrf(tokenize: str) -> Scorer:
    return partial(_score_against_samples, chrf_metric())


def _score_against_reference(metric: Any, candidates: Counter[str], reference: str) -> list[float]:
    return [metric.sentence_score(text, [reference]).score for text in candidates]


def _score_against_samples(metric: Any, candidates: Counter[str], reference: str) -> list[float]:
    """Mean of the metric over all samples, the candidate itself included."""
    num_samples = candidates.total()
    return [
        sum(count * metric.sentence_score(text, [sample]).score for sample, count in candidates.items()) / num_samples
        for text in candidates
    ]


SELECTIONS = {
    "seq-inter": Selection("sentence_bleu", _bleu),
    "best-chrf": Selection("sentence_chrf", _chrf),
    "ranked": Selection("sentence_bleu", _bleu, (4, 3, 2, 1)),
    "ranked+gold": Selection("sentence_bleu", _bleu, (4, 3, 2, 1), reference_copies=2),
    "seq-kd+gold": Selection("sentence_bleu", _bleu, reference_copies=1),
    "mbr": Selection("expected_chrf", _expected_chrf),
}


def make_chosen(
    *, choice: str, shards: list[Path], corpus: Path, tokenizer: Path, folder: Path, bleu_tokenize: str
) -> dict[str, Any]:
    """Write the training pairs of a selection to ``folder``.

    Returns:
        Facts: counts, and mean scores of the first and of the selected candidates.
    """
    selection, totals = SELECTIONS[choice], _Totals()
    score = selection.scorer(bleu_tokenize)

    def pairs() -> Iterator[Pair]:
        sources, references = (ForwardLines(corpus / f"train.{side}") for side in SIDES)
        for line, hypotheses in read_shards(shards):
            source, reference = sources[line], references[line]
            candidates = Counter(hypothesis["text"] for hypothesis in hypotheses)
            targets = totals.select(selection, list(candidates), score(candidates, reference), reference)
            yield from (Pair(line, source, text) for text in targets)

    lengths = write_targets(pairs(), tokenizer, folder)
    return totals.facts(selection) | lengths


@dataclass
class _Totals:
    """Sums over the sentences of a selection."""

    sentences: int = 0
    changed: int = 0
    candidates: int = 0
    pairs: int = 0
    first: float = 0.0
    chosen: float = 0.0

    def select(self, selection: Selection, texts: list[str], scores: list[float], reference: str) -> list[str]:
        """The targets selected from one sentence's candidates; adds them to the sums."""
        order = sorted(range(len(texts)), key=lambda i: -scores[i])
        targets = [texts[i] for i, copies in zip(order, selection.copies, strict=False) for _ in range(copies)]
        targets += [reference] * selection.reference_copies
        self.sentences += 1
        self.changed += order[0] > 0
        self.candidates += len(texts)
        self.pairs += len(targets)
        self.first += scores[0]
        self.chosen += scores[order[0]]
        if self.sentences % 2000 == 0:
            log.info("%d sentences", self.sentences)
        return targets

    def facts(self, selection: Selection) -> dict[str, Any]:
        """Counts, and mean scores of the first and of the selected candidates."""
        count = max(1, self.sentences)
        return {
            "sentences": self.sentences,
            "changed": self.changed,
            "mean_candidates": round(self.candidates / count, 2),
            f"mean_{selection.metric}_of_first": round(self.first / count, 2),
            f"mean_{selection.metric}_of_chosen": round(self.chosen / count, 2),
        } | ({"pairs": self.pairs} if len(selection.copies) + selection.reference_copies > 1 else {})
