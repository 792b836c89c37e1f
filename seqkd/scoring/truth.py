"""One model held against the truth: divergences both ways, what is inside the language, the rank of its outputs.

For the corpus ``captions`` alone, whose ``.groups`` hold each line's meaning and so its true distribution.
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

from seqkd.decoding.engine import forced_scores, translate
from seqkd.decoding.sampling import sample
from seqkd.decoding.search import Hypothesis
from seqkd.decoding.settings import SearchSettings
from seqkd.files import read_lines, write_json
from seqkd.memory import tune_malloc
from seqkd.models import store
from seqkd.models.interface import TranslationModel
from seqkd.scoring.divergence import Distribution, Expectation, entropy_of, forward, mode_of, reverse
from seqkd.scoring.meanings import evenly, truths_of
from seqkd.scoring.truth_settings import TruthSettings
from seqkd.tokenizer.tokenizer import SubwordModel, Tokenizer


@dataclass(frozen=True)
class Outputs:
    """What a model says about one source: samples (text, cut as the tokenizer would) with their mean log q of piece
    sequences, and texts of greedy and beam search; a text that has no end is ``""``, which no language holds."""

    drawn: list[tuple[str, bool]]
    mean_log_q: float
    greedy: str
    greedy_mass: float | None
    beam: str


@dataclass(frozen=True)
class Line:
    """One test sentence: the truth about it, and the model against it. Logarithms are natural.

    ``inside``, ``excess`` and ``canonical`` are those of ``Reverse``; ``entropy`` is the truth's, ``model_entropy`` the
    model's over piece sequences; ``mode_prob`` is p of the true mode, ``mode_mass`` what the model gives it;
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


def measure_truth(
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
    """Hold a model against the truth about some sentences of a test set, and write truth.json to ``folder``.

    Args:
        search: the beam search; its length limits also hold for samples and greedy search.
        system: the columns that tell which system this is.
        test_set: folder with test.src and test.groups, a line's meaning as JSON.
    """
    tune_malloc()
    names = Tokenizer(tokenizer)
    network = store.load(model, precision, names.sizes)
    sources = read_lines(test_set / "test.src")
    places = evenly(len(sources), settings.sources)
    truths = list(truths_of(test_set, places))
    ids = names.src.encode([sources[place] for place in places])
    outputs = say(network, names.tgt, ids, search, settings)
    expected = [expectation(truth, settings, place) for truth, place in zip(truths, places, strict=True)]
    log_q = score_texts(network, names.tgt, ids, list(map(texts_of, truths, expected, outputs)))
    rows = [asdict(hold(*one, settings.coverage)) for one in zip(places, truths, expected, outputs, log_q, strict=True)]
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    write_json(folder / "truth.json", system | {"truth": settings.canonical(), "lines": columns})
    return {"sources": len(rows), "enumerated": sum(columns["enumerated"])}


def say(
    network: TranslationModel,
    pieces: SubwordModel,
    ids: list[list[int]],
    search: SearchSettings,
    settings: TruthSettings,
) -> list[Outputs]:
    """Samples, greedy and beam output of the model for each source."""
    drawn = sample(network, ids, settings.samples, settings.seed, search.limits)
    greedy = translate(network, ids, search.model_copy(update={"beam": 1}))
    beam = translate(network, ids, search)
    return [
        Outputs(
            drawn=[_cut(pieces, one) for one in samples],
            mean_log_q=float(np.mean([one.log_prob for one in samples])),
            greedy=_text(pieces, first[0]),
            greedy_mass=math.exp(first[0].log_prob) if first[0].finished else None,
            beam=_text(pieces, best[0]),
        )
        for samples, first, best in zip(drawn, greedy, beam, strict=True)
    ]


def _text(pieces: SubwordModel, one: Hypothesis) -> str:
    return pieces.decode(one.ids) if one.finished else ""


def _cut(pieces: SubwordModel, one: Hypothesis) -> tuple[str, bool]:
    text = _text(pieces, one)
    return text, pieces.encode([text])[0] == one.ids


def expectation(truth: Distribution, settings: TruthSettings, place: int) -> Expectation:
    """All translations where there are few, else samples; a line's samples are the same for every model."""
    every = truth.translations()
    if len(every) <= settings.enumerate:
        return Expectation(every, 0)
    drawn = Random(f"{settings.seed} {place}").choices(list(every), list(every.values()), k=settings.samples)
    return Expectation({text: count / len(drawn) for text, count in Counter(drawn).items()}, len(drawn))


def texts_of(truth: Distribution, expected: Expectation, outputs: Outputs) -> list[str]:
    """Every text of which q is needed, each once, all inside the language."""
    sampled = [text for text, _ in outputs.drawn if truth.rank(text) is not None]
    return list(dict.fromkeys([mode_of(truth)[0], *expected.weights, *sampled]))


def score_texts(
    network: TranslationModel, pieces: SubwordModel, sources: Sequence[list[int]], texts: Sequence[list[str]]
) -> list[dict[str, float]]:
    """log q(text | source) of every text of every source, cut as the tokenizer cuts it, its end included."""
    repeated = [ids for ids, many in zip(sources, texts, strict=True) for _ in many]
    targets = pieces.encode(text for many in texts for text in many)
    scores = [math.fsum(scores) for scores, _ in forced_scores(network, repeated, targets)]
    ends = np.cumsum([0, *map(len, texts)]).tolist()
    return [
        dict(zip(many, scores[first:end], strict=True))
        for many, (first, end) in zip(texts, pairwise(ends), strict=True)
    ]


def hold(
    place: int,
    truth: Distribution,
    expected: Expectation,
    outputs: Outputs,
    log_q: Mapping[str, float],
    least: float,
) -> Line:
    """The model's numbers for one source, from the log-probabilities ``log_q`` that it gives to ``texts_of``."""
    every, (mode, mode_prob) = truth.translations(), mode_of(truth)
    log_p = {text: truth.log_prob(text) for text in log_q}
    to, back = forward(expected, log_p, log_q, least), reverse(outputs.drawn, log_p, log_q)
    return Line(
        line=place,
        translations=len(every),
        enumerated=not expected.samples,
        entropy=entropy_of(truth),
        mode_prob=mode_prob,
        mode_mass=math.exp(log_q[mode]),
        kl=to.kl,
        kl_error=to.error,
        coverage=to.coverage,
        inside=back.inside,
        excess=back.excess,
        canonical=back.canonical,
        model_entropy=-outputs.mean_log_q,
        greedy_mass=outputs.greedy_mass,
        greedy_prob=every.get(outputs.greedy, 0.0),
        greedy_rank=truth.rank(outputs.greedy),
        beam_prob=every.get(outputs.beam, 0.0),
        beam_rank=truth.rank(outputs.beam),
    )
