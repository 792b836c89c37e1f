"""One model compared with the true distribution: divergences both ways, what is inside the language, the rank of its
outputs.

Only for the corpus ``captions``, whose ``.groups`` hold each line's meaning and so its true distribution.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from seqkd.data.tokenizer import SubwordModel, Tokenizer
from seqkd.decoding.beam_search import Hypothesis
from seqkd.decoding.generate import forced_scores, translate
from seqkd.decoding.sampling import sample
from seqkd.decoding.settings import SearchSettings
from seqkd.models import checkpoint
from seqkd.models.base import TranslationModel
from seqkd.scoring.divergence import Distribution, Expectation, entropy_of, forward, mode_of, reverse
from seqkd.scoring.meanings import truths_of
from seqkd.scoring.sentences import evenly_spaced
from seqkd.scoring.truth_settings import TruthSettings
from seqkd.utils.files import read_lines, write_json
from seqkd.utils.malloc import tune_malloc


@dataclass(frozen=True)
class Outputs:
    """What a model says about one source: samples (text, segmented as by the tokenizer) with their mean log q of
    subword sequences, and texts of greedy and beam search; a text without end is ``""``, which is in no language."""

    samples: list[tuple[str, bool]]
    mean_log_q: float
    greedy: str
    greedy_mass: float | None
    beam: str


@dataclass(frozen=True)
class TruthComparison:
    """One test sentence: the truth about it, and the model compared with it. Logarithms are natural.

    ``inside``, ``excess`` and ``canonical`` are those of ``Reverse``; ``entropy`` is the truth's, ``model_entropy`` the
    model's over subword sequences; ``mode_prob`` is p of the true mode, ``mode_mass`` what the model gives it;
    ``greedy_prob`` is p of the model's greedy output, ``greedy_mass`` its own probability of it (None without an end).
    """

    line: int
    translations: int
    enumerated: bool
    entropy: float
    mode_prob: float
    mode_mass: float
    kl: float
    kl_error: float
    coverage: float
    inside: float
    excess: float
    canonical: float | None
    model_entropy: float
    greedy_mass: float | None
    greedy_prob: float
    greedy_rank: int | None
    beam_prob: float
    beam_rank: int | None


def compare_to_truth(
    *,
    settings: TruthSettings,
    search: SearchSettings,
    system: dict[str, Any],
    model: Path,
    tokenizer: Path,
    test_set: Path,
    folder: Path,
    precision: str,
) -> dict[str, Any]:
    """Compare a model with the truth about some sentences of a test set, and write truth.json to ``folder``.

    Args:
        search: the beam search; its length limits also hold for samples and greedy search.
        system: the columns that identify the system.
        test_set: folder with test.src and test.groups, a line's meaning as JSON.
    """
    tune_malloc()
    subwords = Tokenizer(tokenizer)
    network = checkpoint.load(model, precision, subwords.sizes)
    sources = read_lines(test_set / "test.src")
    indices = evenly_spaced(len(sources), settings.sources)
    truths = list(truths_of(test_set, indices))
    ids = subwords.src.encode([sources[i] for i in indices])
    outputs = decode(network, subwords.tgt, ids, search, settings)
    expected = [expectation(truth, settings, line) for truth, line in zip(truths, indices, strict=True)]
    log_q = score_texts(network, subwords.tgt, ids, list(map(texts_of, truths, expected, outputs)))
    compared = zip(indices, truths, expected, outputs, log_q, strict=True)
    rows = [asdict(compare(*line, settings.coverage)) for line in compared]
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    write_json(folder / "truth.json", system | {"truth": settings.canonical(), "lines": columns})
    return {"sources": len(rows), "enumerated": sum(columns["enumerated"])}


def decode(
    network: TranslationModel,
    subwords: SubwordModel,
    ids: list[list[int]],
    search: SearchSettings,
    settings: TruthSettings,
) -> list[Outputs]:
    """Samples, greedy and beam output of the model for each source."""
    sampled = sample(network, ids, settings.samples, settings.seed, search.limits)
    greedy = translate(network, ids, search.model_copy(update={"beam": 1}))
    beam = translate(network, ids, search)
    return [
        Outputs(
            samples=[_segmented(subwords, sample) for sample in samples],
            mean_log_q=float(np.mean([sample.log_prob for sample in samples])),
            greedy=_text(subwords, best_greedy),
            greedy_mass=math.exp(best_greedy.log_prob) if best_greedy.finished else None,
            beam=_text(subwords, best_beam),
        )
        for samples, (best_greedy, *_), (best_beam, *_) in zip(sampled, greedy, beam, strict=True)
    ]


def _text(subwords: SubwordModel, output: Hypothesis) -> str:
    return subwords.decode(output.ids) if output.finished else ""


def _segmented(subwords: SubwordModel, output: Hypothesis) -> tuple[str, bool]:
    """Its text, and whether the tokenizer would segment that likewise."""
    text = _text(subwords, output)
    return text, subwords.encode([text])[0] == output.ids


def expectation(truth: Distribution, settings: TruthSettings, line: int) -> Expectation:
    """All translations where there are few, else samples; a line's samples are the same for every model."""
    translations = truth.translations()
    if len(translations) <= settings.enumerate:
        return Expectation(translations, 0)
    samples = Random(f"{settings.seed} {line}").choices(
        list(translations), list(translations.values()), k=settings.samples
    )
    return Expectation({text: count / len(samples) for text, count in Counter(samples).items()}, len(samples))


def texts_of(truth: Distribution, expected: Expectation, outputs: Outputs) -> list[str]:
    """Every text of which q is needed, each once, all inside the language."""
    sampled = [text for text, _ in outputs.samples if truth.rank(text) is not None]
    return list(dict.fromkeys([mode_of(truth)[0], *expected.weights, *sampled]))


def score_texts(
    network: TranslationModel, subwords: SubwordModel, sources: Sequence[list[int]], texts: Sequence[list[str]]
) -> list[dict[str, float]]:
    """log q(text | source) of every text of every source, segmented by the tokenizer, its end included."""
    repeated = [ids for ids, of_source in zip(sources, texts, strict=True) for _ in of_source]
    targets = subwords.encode(text for of_source in texts for text in of_source)
    scores = [math.fsum(scores) for scores, _ in forced_scores(network, repeated, targets)]
    ends = np.cumsum([0, *map(len, texts)]).tolist()
    return [
        dict(zip(of_source, scores[first:end], strict=True))
        for of_source, (first, end) in zip(texts, pairwise(ends), strict=True)
    ]


def compare(
    line: int,
    truth: Distribution,
    expected: Expectation,
    outputs: Outputs,
    log_q: Mapping[str, float],
    min_ratio: float,
) -> TruthComparison:
    """The model's numbers for one source, from the log-probabilities ``log_q`` that it gives to ``texts_of``."""
    translations, (mode, mode_prob) = truth.translations(), mode_of(truth)
    log_p = {text: truth.log_prob(text) for text in log_q}
    to_model, to_truth = forward(expected, log_p, log_q, min_ratio), reverse(outputs.samples, log_p, log_q)
    return TruthComparison(
        line=line,
        translations=len(translations),
        enumerated=not expected.samples,
        entropy=entropy_of(truth),
        mode_prob=mode_prob,
        mode_mass=math.exp(log_q[mode]),
        kl=to_model.kl,
        kl_error=to_model.error,
        coverage=to_model.coverage,
        inside=to_truth.inside,
        excess=to_truth.excess,
        canonical=to_truth.canonical,
        model_entropy=-outputs.mean_log_q,
        greedy_mass=outputs.greedy_mass,
        greedy_prob=translations.get(outputs.greedy, 0.0),
        greedy_rank=truth.rank(outputs.greedy),
        beam_prob=translations.get(outputs.beam, 0.0),
        beam_rank=truth.rank(outputs.beam),
    )
