"""A model compared with its teacher: do they choose the same tokens, and how probable is to each what the other says?

- **TA rate** (Zhang et al. 2023): fraction of positions on the references' prefixes at which both have the same argmax.
- **Top-k distances** (Zhang et al. 2023; they do not say how they normalise), k = 5, of both ordered lists at each such
  position: *edit*, Levenshtein's distance of the lists divided by k; *rank*, how many places the teacher's tokens are
  moved in the student's list on average, a missing token counting as place k + 1. Both are means over positions.
- **Likelihood risk** (Wen et al. 2023): the teacher's mean -log p of a token in a sample from the student, averaged in
  each sentence, then over sentences. High where the student says what the teacher would not.
- **Coverage risk**: the student's mean -log q of a token in a sample from the teacher, likewise. High where the student
  has dropped what the teacher says.
- **TeacherDist**: per cent of distinct bigrams (of BLEU's tokens) in five of the teacher's samples for a source,
  averaged over sources: how many ways there are to say it.

One sample per sentence, the teacher's the same for every student; ends of sentence count as tokens.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seqkd.data.batching import pad
from seqkd.data.dataset import BOS, PAD
from seqkd.data.tokenizer import SubwordModel, Tokenizer
from seqkd.decoding.generate import forced_scores, run_in_batches
from seqkd.decoding.sampling import sample
from seqkd.decoding.settings import LengthLimits
from seqkd.models import checkpoint
from seqkd.models.base import TranslationModel
from seqkd.scoring.metrics.bleu import bleu_metric
from seqkd.scoring.sentences import evenly_spaced, read_sides
from seqkd.utils.fast_topk import fast_topk
from seqkd.utils.files import write_json
from seqkd.utils.malloc import tune_malloc

TOP = 5
SAMPLES = 5
SEEDS = {"teacher": 1, "student": 2}
"""Of the samples; two, so that a student that equals its teacher does not draw the same samples."""

Ids = Sequence[list[int]]


def measure_teacher_agreement(
    *,
    sentences: int,
    limits: LengthLimits,
    bleu_tokenize: str,
    model: Path,
    teacher: Path,
    tokenizer: Path,
    test_set: Path,
    folder: Path,
    precision: str,
) -> dict[str, Any]:
    """Compare a model with its teacher on some sentences of a test set; write teacher_agreement.json to ``folder``.

    Args:
        sentences: how many at most, evenly spaced.
        limits: lengths at which samples are cut off.
        teacher: folder of its teacher; the model's own where it is a teacher, of which TeacherDist alone is measured.

    Returns:
        Counts for the manifest.
    """
    tune_malloc()
    subwords = Tokenizer(tokenizer)
    network = checkpoint.load(model, precision, subwords.sizes)
    sides = read_sides(test_set)
    indices = evenly_spaced(len(sides[0]), sentences)
    sources = subwords.src.encode([sides[0][i] for i in indices])
    if teacher == model:
        measures = teacher_measures(network, sources, limits, subwords.tgt, bleu_tokenize)
    else:
        references = subwords.tgt.encode([sides[1][i] for i in indices])
        teacher_network = checkpoint.load(teacher, precision, subwords.sizes)
        measures = student_measures(network, teacher_network, sources, references, limits)
    write_json(folder / "teacher_agreement.json", measures)
    return {"sentences": len(indices)}


def student_measures(
    student: TranslationModel, teacher: TranslationModel, sources: Ids, references: Ids, limits: LengthLimits
) -> dict[str, Any]:
    """TA rate, distances and risks; ``limits`` has the lengths at which a sample is cut off."""
    return agreement(student, teacher, sources, references) | {
        "likelihood_risk": risk(student, teacher, sources, limits, SEEDS["student"]),
        "coverage_risk": risk(teacher, student, sources, limits, SEEDS["teacher"]),
    }


def teacher_measures(
    teacher: TranslationModel, sources: Ids, limits: LengthLimits, subwords: SubwordModel, tokenize: str
) -> dict[str, Any]:
    """TeacherDist."""
    samples = sample(teacher, sources, SAMPLES, SEEDS["teacher"], limits)
    tokens = bleu_metric(tokenize).tokenizer
    shares = [
        distinct_bigrams([tokens(subwords.decode(sample.ids)).split() for sample in of_source]) for of_source in samples
    ]
    return {"teacher_dist": round(float(np.mean(shares)), 4)}


def distinct_bigrams(sentences: list[list[str]]) -> float:
    """Per cent of the bigrams of all sentences that are left when duplicates count once; 0 where there are none."""
    bigrams = [pair for tokens in sentences for pair in pairwise(tokens)]
    return 100 * len(set(bigrams)) / max(1, len(bigrams))


def risk(
    speaker: TranslationModel, judge: TranslationModel, sources: Ids, limits: LengthLimits, seed: int
) -> float | None:
    """The judge's mean -log probability of a token in the speaker's samples; None where no sample has a token."""
    samples = [first for first, *_ in sample(speaker, sources, 1, seed, limits)]
    scored = forced_scores(judge, sources, [sample.ids for sample in samples])
    log_probs = [
        scores if sample.finished else scores[:-1] for sample, (scores, _) in zip(samples, scored, strict=True)
    ]
    means = [-float(np.mean(scores)) for scores in log_probs if scores]
    return round(float(np.mean(means)), 6) if means else None


def agreement(student: TranslationModel, teacher: TranslationModel, sources: Ids, references: Ids) -> dict[str, Any]:
    """Means over all positions of the references, ends of sentence counted."""
    sums = torch.zeros(4, dtype=torch.float64)

    def add_batch(indices: list[int]) -> None:
        src = pad([np.asarray(sources[i], dtype=np.int32) for i in indices])
        tgt = [np.asarray(references[i], dtype=np.int32) for i in indices]
        prefix, real = pad(tgt, (BOS,), ()), pad(tgt) != PAD
        of_student, of_teacher = (_top_ids(model, src, prefix, real) for model in (student, teacher))
        columns = [
            torch.ones(len(of_student)),
            of_student[:, 0] == of_teacher[:, 0],
            edit_distance(of_student, of_teacher),
            rank_distance(of_student, of_teacher),
        ]
        sums.add_(torch.stack([column.double().sum() for column in columns]))

    with torch.inference_mode():
        run_in_batches([max(len(s), len(t)) + 1 for s, t in zip(sources, references, strict=True)], 4096, add_batch)
    names = ("ta_rate", "top5_edit_distance", "top5_rank_distance")
    return {name: round(float(total / sums[0]), 6) for name, total in zip(names, sums[1:], strict=True)}


def _top_ids(model: TranslationModel, src: Tensor, prefix: Tensor, real: Tensor) -> Tensor:
    """The most probable tokens at each real position, best first, [N, k]."""
    logits = model.logits(model(src, prefix)[real]).float()
    return fast_topk(logits, min(TOP, logits.shape[1]))[1]


def edit_distance(student: Tensor, teacher: Tensor) -> Tensor:
    """Levenshtein's distance of lists, [N, k] each, divided by k: [N], 0 to 1."""
    length = student.shape[1]
    row = [torch.full((len(student),), j) for j in range(length + 1)]
    for i in range(length):
        last, row = row, [torch.full((len(student),), i + 1)]
        for j in range(length):
            substituted = last[j] + (student[:, i] != teacher[:, j]).long()
            row.append(torch.minimum(torch.minimum(row[j], last[j + 1]) + 1, substituted))
    return row[-1].double() / length


def rank_distance(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean number of places that the tokens of ``teacher`` are moved in ``student``, [N, k] each: [N], 0 to k."""
    length = teacher.shape[1]
    same = teacher[:, :, None] == student[:, None, :]
    place = torch.where(same.any(2), same.long().argmax(2), length)
    return (place - torch.arange(length)).abs().double().mean(1)
