"""What every file in seqkd/scoring/metrics must define; a newcomer's file is told in words what it lacks."""

from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF, TER
from small_config import changed

from seqkd.config import ConfigError, load
from seqkd.scoring import metrics

REFERENCES = ["the red fox sleeps under the old bridge", "yes", "a small boat crosses the quiet lake at night", "rain"]
CLOSE = ["the red fox sleeps below the old bridge", "yes", "a small boat crosses the lake at night", "rain"]
FAR = ["bread", "who heard it", "", "a boat a boat a boat"]
SOURCES = ["der rote Fuchs", "ja", "ein kleines Boot", "Regen"]


def lacks(metric: ModuleType | SimpleNamespace) -> list[str]:
    """What is missing or wrong, in the words of the package's docstring."""
    attributes = {"LABEL": str, "HIGHER_IS_BETTER": bool, "NEEDS_SOURCES": bool}
    faults = [
        f"{name} must be a {kind.__name__}, found {getattr(metric, name, 'nothing')!r}"
        for name, kind in attributes.items()
        if not isinstance(getattr(metric, name, None), kind)
    ]
    faults += [
        f"{name}({arguments}) is missing"
        for name, arguments in (
            ("score_sentences", "hypotheses, references, sources, tokenize"),
            ("aggregate", "sums"),
            ("signature", "tokenize"),
        )
        if not callable(getattr(metric, name, None))
    ]
    return faults or [*_faulty_statistics(metric), *_faulty_scores(metric), *_faulty_signature(metric)]


def statistics(metric: ModuleType | SimpleNamespace, hypotheses: list[str], indices: list[int]) -> np.ndarray:
    sides = [[side[i] for i in indices] for side in (hypotheses, REFERENCES, SOURCES)]
    return metric.score_sentences(sides[0], sides[1], sides[2] if metric.NEEDS_SOURCES else [], "13a")


def _faulty_statistics(metric: ModuleType | SimpleNamespace) -> list[str]:
    together = statistics(metric, FAR, [0, 1, 2, 3])
    if not isinstance(together, np.ndarray) or together.ndim != 2 or len(together) != 4 or together.shape[1] < 2:
        return ["score_sentences must return an array of one row per sentence with two columns or more"]
    faults = []
    if together.dtype.kind not in "iuf" or not np.isfinite(together).all():
        faults.append("score_sentences must return finite numbers, of empty hypotheses too")
    elif (together[:, 1] < 0).any() or not together[:, 1].any():
        faults.append("column 1 of score_sentences must be the sentence's weight, 0 or more")
    if not np.array_equal(together[[2, 0]], statistics(metric, FAR, [2, 0])):
        faults.append("the statistics of a sentence must not depend on the other sentences")
    try:
        metric.score_sentences(["a", "b"], ["a"], ["a"] if metric.NEEDS_SOURCES else [], "13a")
        faults.append("score_sentences must raise ValueError where the sides differ in length")
    except ValueError:
        pass
    return faults


def _faulty_scores(metric: ModuleType | SimpleNamespace) -> list[str]:
    close, far = (statistics(metric, side, [0, 1, 2, 3]).sum(axis=0) for side in (CLOSE, FAR))
    scores = metric.aggregate(np.array([[close, far]], dtype=np.float64))
    if np.shape(scores) != (1, 2):
        return ["aggregate must map sums [..., statistics] to scores [...]"]
    faults = []
    if not np.isfinite(scores).all():
        faults.append("aggregate must return finite scores")
    if scores[0].tolist() != [float(metric.aggregate(close)), float(metric.aggregate(far))]:
        faults.append("a score must not depend on the scores next to it")
    if (scores[0, 0] > scores[0, 1]) != metric.HIGHER_IS_BETTER:
        faults.append("HIGHER_IS_BETTER contradicts the scores of a good and of a bad translation")
    return faults


def _faulty_signature(metric: ModuleType | SimpleNamespace) -> list[str]:
    signature = metric.signature("13a")
    if isinstance(signature, str) and signature and signature.isprintable():
        return []
    return ["signature must return one printable line"]


def available(name: str) -> object:
    return pytest.param(name, marks=pytest.mark.skipif(bool(metrics.missing(name)), reason=metrics.missing(name)))


@pytest.mark.parametrize("name", [available(name) for name in metrics.NAMES])
def test_every_metric_keeps_the_contract(name: str) -> None:
    assert lacks(metrics.load(name)) == []


def mean_length(**changes: object) -> SimpleNamespace:
    """A metric that keeps the contract: the mean number of tokens."""

    def score_sentences(hypotheses, references, sources, tokenize):
        return np.array([[len(text.split()), 1] for text, _ in zip(hypotheses, references, strict=True)])

    return SimpleNamespace(
        **{
            "LABEL": "length",
            "HIGHER_IS_BETTER": True,
            "NEEDS_SOURCES": False,
            "score_sentences": score_sentences,
            "aggregate": lambda sums: sums[..., 0] / np.maximum(sums[..., 1], 1),
            "signature": lambda tokenize: "v1",
        }
        | changes
    )


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"LABEL": None}, "LABEL must be a str, found None"),
        ({"aggregate": None}, "aggregate(sums) is missing"),
        ({"score_sentences": lambda *_: np.zeros(4)}, "score_sentences must return an array of one row per sentence"),
        (
            {"score_sentences": lambda hypotheses, *_: np.full((len(hypotheses), 2), len(hypotheses))},
            "the statistics of a sentence must not depend on the other sentences",
        ),
        (
            {"score_sentences": lambda hypotheses, *_: np.array([[len(text), -1] for text in hypotheses])},
            "column 1 of score_sentences must be the sentence's weight",
        ),
        (
            {"score_sentences": lambda hypotheses, *_: np.array([[len(text), 1] for text in hypotheses])},
            "score_sentences must raise ValueError where the sides differ in length",
        ),
        ({"aggregate": lambda sums: sums.mean()}, "aggregate must map sums [..., statistics] to scores [...]"),
        ({"HIGHER_IS_BETTER": False}, "HIGHER_IS_BETTER contradicts the scores"),
        ({"signature": lambda tokenize: "a\nb"}, "signature must return one printable line"),
    ],
)
def test_a_newcomer_is_told_what_the_file_lacks(changes: dict[str, object], fault: str) -> None:
    assert lacks(mean_length()) == []
    assert any(found.startswith(fault) for found in lacks(mean_length(**changes))), lacks(mean_length(**changes))


def test_labels_differ() -> None:
    labels = [metrics.load(name).LABEL for name in metrics.NAMES]
    assert len(set(labels)) == len(labels) >= 4


@pytest.mark.parametrize(("name", "metric"), [("bleu", BLEU()), ("chrf", CHRF()), ("ter", TER())])
@pytest.mark.parametrize("hypotheses", [CLOSE, FAR, REFERENCES, [""] * 4])
def test_scores_and_signatures_are_those_of_sacrebleu(name: str, metric, hypotheses: list[str]) -> None:
    measure = metrics.load(name)
    sums = measure.score_sentences(hypotheses, REFERENCES, [], "13a").sum(axis=0)
    expected = metric.corpus_score(hypotheses, [REFERENCES])
    assert float(measure.aggregate(sums)) == pytest.approx(expected.score, abs=1e-9)
    assert measure.signature("13a") == str(metric.get_signature())


def test_ter_of_chinese_counts_characters() -> None:
    found = metrics.load("ter").score_sentences(["我喜欢红苹果"], ["我喜欢大苹果"], [], "zh")
    assert found.tolist() == [[1, 6]]


def test_a_config_names_further_metrics(monkeypatch, tmp_path) -> None:
    assert load(changed("score/extra_metrics", ["ter"])).score.metrics == ["bleu", "chrf", "ter"]
    for value, message in (
        (["terr"], r"score\.extra_metrics\.0: found 'terr'; must be 'spbleu' or 'ter'"),
        (["bleu"], r"score\.extra_metrics\.0: found 'bleu'; must be 'spbleu' or 'ter'"),
        (["ter", "ter"], r"score\.extra_metrics: ter is listed twice; list each once"),
    ):
        with pytest.raises(ConfigError, match=message):
            load(changed("score/extra_metrics", value))
    monkeypatch.setattr("sacrebleu.utils.SACREBLEU_DIR", str(tmp_path))
    with pytest.raises(ConfigError, match=r"score\.extra_metrics: found 'spbleu', which needs a model that sacrebleu"):
        load(changed("score/extra_metrics", ["spbleu"]))
