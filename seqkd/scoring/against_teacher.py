"""A model held against its teacher: do they choose the same words, and does each find likely what the other says?

- **TA rate** (Zhang et al. 2023): share of positions on the references' prefixes at which both have one first choice.
- **Top-k distances** (Zhang et al. 2023; they do not say how they normalise), k = 5, of both ordered lists at each such
  position: *edit*, Levenshtein's distance of the lists divided by k; *rank*, how many places the teacher's words are
  moved in the student's list on average, a word that is missing counting as place k + 1. Both are means over positions.
- **Likelihood risk** (Wen et al. 2023): the teacher's mean -log p of a word in a sample from the student, averaged in
  each sentence, then over sentences. High where the student says what the teacher would not.
- **Coverage risk**: the student's mean -log q of a word in a sample from the teacher, likewise. High where it has
  dropped what the teacher says.
- **TeacherDist**: per cent of distinct bigrams (of BLEU's tokens) in five of the teacher's samples for a source,
  averaged over sources: how many ways there are to say it.

One sample a sentence, the same of the teacher for every student; ends of sentence count as words.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seqkd.batches.batches import pad
from seqkd.batches.dataset import BOS, PAD
from seqkd.best_words import fast_topk
from seqkd.decoding.engine import forced_scores, run_in_batches
from seqkd.decoding.sampling import sample
from seqkd.decoding.settings import LengthLimits
from seqkd.models.interface import TranslationModel
from seqkd.scoring.bleu import bleu_metric
from seqkd.tokenizer.tokenizer import SubwordModel

TOP = 5
SAMPLES = 5
SEEDS = {"teacher": 1, "student": 2}
"""Of the samples; two, so that a student that is its teacher does not draw the same by the same numbers."""

Ids = Sequence[list[int]]


def student_measures(
    student: TranslationModel, teacher: TranslationModel, sources: Ids, references: Ids, limits: LengthLimits
) -> dict[str, Any]:
    """TA rate, distances and risks; ``limits`` has the lengths at which a sample is cut off."""
    return agreement(student, teacher, sources, references) | {
        "likelihood_risk": risk(student, teacher, sources, limits, SEEDS["student"]),
        "coverage_risk": risk(teacher, student, sources, limits, SEEDS["teacher"]),
    }


def teacher_measures(
    teacher: TranslationModel, sources: Ids, limits: LengthLimits, pieces: SubwordModel, tokenize: str
) -> dict[str, Any]:
    """TeacherDist."""
    drawn = sample(teacher, sources, SAMPLES, SEEDS["teacher"], limits)
    tokens = bleu_metric(tokenize).tokenizer
    shares = [distinct_bigrams([tokens(pieces.decode(one.ids)).split() for one in many]) for many in drawn]
    return {"teacher_dist": round(float(np.mean(shares)), 4)}


def distinct_bigrams(sentences: list[list[str]]) -> float:
    """Per cent of the bigrams of all sentences that are left when doubles count once; 0 where there are none."""
    bigrams = [pair for words in sentences for pair in pairwise(words)]
    return 100 * len(set(bigrams)) / max(1, len(bigrams))


def risk(
    speaker: TranslationModel, judge: TranslationModel, sources: Ids, limits: LengthLimits, seed: int
) -> float | None:
    """The judge's mean -log probability of a word in the speaker's samples; None where no sample has a word."""
    drawn = [many[0] for many in sample(speaker, sources, 1, seed, limits)]
    scored = forced_scores(judge, sources, [one.ids for one in drawn])
    scores = [own if one.finished else own[:-1] for one, (own, _) in zip(drawn, scored, strict=True)]
    means = [-float(np.mean(own)) for own in scores if own]
    return round(float(np.mean(means)), 6) if means else None


def agreement(student: TranslationModel, teacher: TranslationModel, sources: Ids, references: Ids) -> dict[str, Any]:
    """Means over all positions of the references, ends of sentence counted."""
    sums = torch.zeros(4, dtype=torch.float64)

    def work(numbers: list[int]) -> None:
        src = pad([np.asarray(sources[i], dtype=np.int32) for i in numbers])
        wanted = [np.asarray(references[i], dtype=np.int32) for i in numbers]
        prefix, real = pad(wanted, (BOS,), ()), pad(wanted) != PAD
        own, known = (_best(model, src, prefix, real) for model in (student, teacher))
        parts = [torch.ones(len(own)), own[:, 0] == known[:, 0], edit_distance(own, known), rank_distance(own, known)]
        sums.add_(torch.stack([part.double().sum() for part in parts]))

    with torch.inference_mode():
        run_in_batches([max(len(s), len(t)) + 1 for s, t in zip(sources, references, strict=True)], 4096, work)
    names = ("ta_rate", "top5_edit_distance", "top5_rank_distance")
    return {name: round(float(total / sums[0]), 6) for name, total in zip(names, sums[1:], strict=True)}


def _best(model: TranslationModel, src: Tensor, prefix: Tensor, real: Tensor) -> Tensor:
    logits = model.logits(model(src, prefix)[real]).float()
    return fast_topk(logits, min(TOP, logits.shape[1]))[1]


def edit_distance(one: Tensor, other: Tensor) -> Tensor:
    """Levenshtein's distance of lists, [N, k] each, divided by k: [N], 0 to 1."""
    length = one.shape[1]
    row = [torch.full((len(one),), j) for j in range(length + 1)]
    for i in range(length):
        last, row = row, [torch.full((len(one),), i + 1)]
        for j in range(length):
            swapped = last[j] + (one[:, i] != other[:, j]).long()
            row.append(torch.minimum(torch.minimum(row[j], last[j + 1]) + 1, swapped))
    return row[-1].double() / length


def rank_distance(own: Tensor, known: Tensor) -> Tensor:
    """Mean number of places that the words of ``known`` are moved in ``own``, [N, k] each: [N], 0 to k."""
    length = known.shape[1]
    same = known[:, :, None] == own[:, None, :]
    place = torch.where(same.any(2), same.long().argmax(2), length)
    return (place - torch.arange(length)).abs().double().mean(1)
