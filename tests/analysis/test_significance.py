"""The bootstrap against explicit resampled lists, Holm by pencil, coverage by simulation."""

import random
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest

from seqkd.analysis import significance, student_t
from seqkd.analysis.significance import Difference, Sample, Variance
from seqkd.scoring.metrics import bleu, chrf

MANY = Sample("sentences", 120, 120.0, 120)

REFERENCES = [
    "the red fox sleeps under the old bridge",
    "we walk home before the rain begins",
    "a small boat crosses the quiet lake at night",
    "yes",
    "the baker sells warm bread to the children",
    "nobody heard the bell in the tower ring",
]
CLOSE = [
    "the red fox sleeps below the old bridge",
    "we walk home before the rain begins",
    "a small boat crosses the lake at night",
    "yes",
    "the baker sells bread to the children",
    "nobody heard the bell in the tower",
]
LONG = [f"{sentence} and on and on it goes" for sentence in REFERENCES]
ALIEN = ["qui quae quod cuius cui quem quam"] * 6
FAR = ["the fox is here", "rain", "a boat a boat a boat", "", "bread", "who heard it"]


def counts_of(measure: ModuleType, hypotheses: list[str], references: list[str]) -> NDArray[np.int64]:
    """Statistics of each sentence."""
    return measure.score_sentences(hypotheses, references, [], "13a")


def mean_score(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """A score whose bootstrap theory is known: the mean of column 0, counted in column 1."""
    return sums[..., 0] / sums[..., 1]


@pytest.mark.parametrize("hypotheses", [CLOSE, FAR, LONG, ALIEN, [""] * 6, ["x"] * 6, REFERENCES])
def test_scores_of_sums_are_those_of_sacrebleu(hypotheses: list[str]) -> None:
    for metric, measure in ((BLEU(), bleu), (CHRF(), chrf)):
        sums = counts_of(measure, hypotheses, REFERENCES).sum(axis=0)
        assert measure.aggregate(sums) == pytest.approx(metric.corpus_score(hypotheses, [REFERENCES]).score, abs=1e-9)


@pytest.mark.parametrize("name", ["bleu", "chrf"])
def test_each_resample_is_the_corpus_score_of_the_resampled_lists(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    metric = BLEU() if name == "bleu" else CHRF()
    measure = bleu if name == "bleu" else chrf
    monkeypatch.setattr(significance, "CELLS", 6 * 7)  # chunks of seven resamples, the last one shorter
    counts = [counts_of(measure, system, REFERENCES) for system in (CLOSE, FAR)]
    scores = significance.resampled_scores(counts, measure.aggregate, 40, seed=3)
    generator = np.random.default_rng(3)
    for resample in range(40):
        drawn = generator.integers(6, size=(1, 6))[0]
        references = [REFERENCES[index] for index in drawn]
        for system, hypotheses in enumerate((CLOSE, FAR)):
            expected = metric.corpus_score([hypotheses[index] for index in drawn], [references]).score
            assert scores[system, resample] == pytest.approx(expected, abs=1e-9)


def test_chunks_do_not_change_the_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = [counts_of(bleu, CLOSE, REFERENCES)]
    unchunked = significance.resampled_scores(counts, bleu.aggregate, 50, seed=1)
    monkeypatch.setattr(significance, "CELLS", 1)
    assert np.array_equal(unchunked, significance.resampled_scores(counts, bleu.aggregate, 50, seed=1))


def test_identical_systems_are_not_shown_to_differ() -> None:
    counts = counts_of(bleu, CLOSE, REFERENCES)
    scores = significance.resampled_scores([counts, counts], bleu.aggregate, 10_000, seed=1)
    difference = significance.difference(0.0, scores[0] - scores[1], MANY, 0.95)
    assert difference == Difference(0.0, 0.0, 0.0, 1.0)
    assert significance.verdict(difference, difference.p, 0.95) == "not shown"


def test_a_clear_difference_has_the_smallest_p_and_a_sign() -> None:
    references = REFERENCES * 20
    counts = [counts_of(bleu, system * 20, references) for system in (CLOSE, FAR)]
    scores = significance.resampled_scores(counts, bleu.aggregate, 10_000, seed=1)
    observed = [float(bleu.aggregate(system.sum(axis=0))) for system in counts]
    better = significance.difference(observed[0] - observed[1], scores[0] - scores[1], MANY, 0.95)
    worse = significance.difference(observed[1] - observed[0], scores[1] - scores[0], MANY, 0.95)
    assert better.p == pytest.approx(worse.p) and better.p < 1e-6
    assert 0 < better.low < better.difference < better.high
    assert significance.verdict(better, better.p, 0.95) == "better"
    assert significance.verdict(worse, worse.p, 0.95) == "worse"
    assert significance.verdict(better, 0.05, 0.95) == "not shown"  # Holm took it away
    assert significance.verdict(Difference(1.0, -0.1, 2.0, 0.01), 0.01, 0.95) == "not shown"


def test_p_value_and_interval_by_pencil() -> None:
    """Five documents: variance 2.5 x 5 / 4, so an error of 1.7678; t with 4 degrees of freedom at 95 % is 2.7764."""
    text = Sample("documents", 5, 5.0, 500)
    difference = significance.difference(1.5, np.array([1.0, 2.0, 3.0, 4.0, 5.0]), text, 0.95)
    assert (difference.low, difference.high) == pytest.approx((1.5 - 4.9082, 1.5 + 4.9082), abs=1e-3)
    u = 0.84853 / (4 + 0.84853**2) ** 0.5  # t with 4 degrees of freedom has a closed form
    assert difference.p == pytest.approx(1 - u * (3 - u**2) / 2, abs=1e-5)


def test_seeds_add_their_variance_by_pencil() -> None:
    """Paired differences 1, 2, 6: variance 7, of the mean 7 / 3; with 3.125 of the text 5.4583.

    Satterthwaite: 5.4583^2 / (3.125^2 / 4 + 2.3333^2 / 2) = 5.7723 degrees of freedom, t = 2.4700.
    """
    first, second = np.array([3.0, 5.0, 8.0]), np.array([2.0, 3.0, 2.0])
    of_seeds = significance.seed_variance(first, second, paired=True)
    assert of_seeds == Variance(pytest.approx(7 / 3), 2)
    text = Sample("documents", 5, 5.0, 500)
    difference = significance.difference(3.0, np.array([1.0, 2.0, 3.0, 4.0, 5.0]), text, 0.95, of_seeds)
    assert difference.high - 3.0 == pytest.approx(2.4700 * 5.4583**0.5, abs=2e-3)
    welch = significance.seed_variance(first, np.array([2.0, 3.0, 2.0, 5.0]), paired=False)
    a, b = 19 / 9, 2 / 4  # variances 6.3333 and 2
    assert welch == Variance(pytest.approx(a + b), pytest.approx((a + b) ** 2 / (a**2 / 2 + b**2 / 3)))
    assert significance.seed_variance(first[:2], second[:2], paired=True) is None


@pytest.mark.parametrize(
    "text",
    [
        Sample("sentences", 1, 1.0, 1),
        Sample("sentences", 29, 29.0, 29),
        Sample("documents", 4, 4.0, 4000),
        Sample("documents", 10, 10.0, 20),
        Sample("documents", 10, 1.5, 4000),
    ],
)
def test_too_little_text_has_no_interval_and_no_p(text: Sample) -> None:
    difference = significance.difference(6.5, np.linspace(6.0, 7.0, 100), text, 0.95)
    assert (
        difference.difference == 6.5
        and not difference.has_interval
        and np.isnan([difference.low, difference.high, difference.p]).all()
    )
    assert significance.verdict(difference, difference.p, 0.95) == "not shown"


def test_units_that_are_all_the_same_have_no_interval() -> None:
    """One line fifty times: no resample differs from another, which is no certainty."""
    counts = [counts_of(bleu, side[:1] * 50, REFERENCES[:1] * 50) for side in (CLOSE, FAR)]
    first, second = significance.resampled_scores(counts, bleu.aggregate, 200, seed=1)
    difference = significance.difference(
        float((first - second)[0]), first - second, Sample("sentences", 50, 50.0, 50), 0.95
    )
    assert not difference.has_interval


def test_units_of_unequal_length_count_for_fewer() -> None:
    text = significance.sample(["a", "a", "b", "c"], np.array([20, 10, 10]))
    assert text == Sample("documents", 3, pytest.approx(1600 / 600), 4)
    assert significance.sample(["1", "2"], np.array([3, 3])) == Sample("sentences", 2, 2.0, 2)


@pytest.mark.parametrize("differences", [0.35, 0.5])
def test_p_values_are_those_of_sacrebleus_approximate_randomisation(differences: float) -> None:
    """Not those of its paired bootstrap, which counts one tail."""
    generator = random.Random(4)
    references = [" ".join(generator.choices("abcdefghij", k=12)) for _ in range(300)]
    sides = [
        [" ".join(word if generator.random() > noise else "z" for word in line.split()) for line in references]
        for noise in (0.3, 0.3 + differences / 25)
    ]
    counts = [counts_of(bleu, side, references) for side in sides]
    first, second = significance.resampled_scores(counts, bleu.aggregate, 10_000, seed=1)
    observed = [float(bleu.aggregate(side.sum(axis=0))) for side in counts]
    text = significance.sample([str(line) for line in range(300)], counts[0][:, 1])
    ours = significance.difference(observed[0] - observed[1], first - second, text, 0.95).p

    def theirs(kind: str) -> float:
        named = [("a", sides[1]), ("b", sides[0])]
        test = PairedTest(named, {"BLEU": BLEU()}, [references], test_type=kind, n_samples=2000)
        return float(test()[1]["BLEU"][1].p_value)

    assert 0.001 < ours < 0.5
    assert theirs("ar") == pytest.approx(ours, abs=0.03)
    assert theirs("bs") == pytest.approx(ours / 2, abs=0.03) and theirs("bs") < 0.7 * ours


def test_t_against_tables() -> None:
    for degrees, point in ((1, 12.706), (2, 4.3027), (4, 2.7764), (10, 2.2281), (29, 2.0452), (1e6, 1.95997)):
        assert student_t.quantile(0.95, degrees) == pytest.approx(point, rel=1e-4)
        assert student_t.two_sided(point, degrees) == pytest.approx(0.05, rel=1e-3)
    assert student_t.quantile(0.99, 5) == pytest.approx(4.0321, rel=1e-4)
    assert student_t.two_sided(0.0, 3) == 1.0 and student_t.two_sided(40.0, 1000) < 1e-200
    assert student_t.two_sided(-1.0, 1) == pytest.approx(0.5)


def test_holm_by_pencil() -> None:
    # sorted: .01 x 4 = .04; .02 x 3 = .06; .03 x 2 = .06; .5 x 1 = .5
    assert significance.holm([0.02, 0.5, 0.01, 0.03]) == pytest.approx([0.06, 0.5, 0.04, 0.06])
    # the second would be .04 x 1 < .06: it can't be below the first
    assert significance.holm([0.04, 0.03]) == pytest.approx([0.06, 0.06])
    assert significance.holm([0.9, 0.8]) == [1.0, 1.0]
    assert significance.holm([]) == []


def test_groups_are_summed_and_resampled_whole() -> None:
    counts = np.array([[1, 10], [2, 20], [3, 30], [4, 40]])
    assert significance.grouped(counts, ["b", "a", "b", "a"]).tolist() == [[4, 40], [6, 60]]
    chapters = significance.grouped(np.array([[0, 1], [0, 1], [1, 1], [1, 1]]), ["a", "a", "b", "b"])
    means = significance.resampled_scores([chapters], mean_score, 2000, seed=1)[0]
    assert set(means) == {0.0, 0.5, 1.0}  # never 0.25: a chapter comes whole
    assert np.mean(means == 0.5) == pytest.approx(0.5, abs=0.05)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """Correlated systems, true difference 0.4: 95 % of the intervals should hold it, and p < 0.05 in 5 % at truth 0."""
    generator = np.random.default_rng(5)
    covered = rejected = 0
    for trial in range(300):
        noise = generator.normal(size=(60, 1))
        values = noise + generator.normal(size=(60, 2))
        systems = [np.stack([values[:, 0] + 0.4, np.ones(60)], axis=1), np.stack([values[:, 1], np.ones(60)], axis=1)]
        scores = significance.resampled_scores(systems, mean_score, 400, seed=trial)
        observed = systems[0][:, 0].mean() - systems[1][:, 0].mean()
        difference = significance.difference(observed, scores[0] - scores[1], MANY, 0.95)
        covered += difference.low <= 0.4 <= difference.high
        null = significance.difference(observed - 0.4, scores[0] - scores[1], MANY, 0.95)
        rejected += null.p < 0.05
    assert 0.91 <= covered / 300 <= 0.98
    assert 0.02 <= rejected / 300 <= 0.09


def test_a_lower_error_rate_is_better() -> None:
    fewer_errors = Difference(-2.0, -3.0, -1.0, 0.001)
    assert significance.verdict(fewer_errors, 0.001, 0.95, higher_is_better=False) == "better"
    assert significance.verdict(fewer_errors, 0.001, 0.95) == "worse"


def test_tokenization_follows_the_signature() -> None:
    for name in ("13a", "zh", "char", "intl"):
        metric = BLEU(tokenize=name)
        metric.corpus_score(["a b"], [["a b"]])
        assert significance.metric_of_signature(metric.get_signature().format()).tokenizer_signature == name
    with pytest.raises(ValueError, match="no tokenization 'klingon'"):
        significance.metric_of_signature("nrefs:1|case:mixed|eff:no|tok:klingon|smooth:exp|version:2.6.0")


def test_sides_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="5 translations for 6 references"):
        counts_of(bleu, CLOSE[:5], REFERENCES)
