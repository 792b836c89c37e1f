"""The verdict's sentences, number formats, recipes and small rules, without a results folder."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seqkd.analysis import comparisons, pairings, seeds
from seqkd.analysis.comparisons import Comparison
from seqkd.analysis.csv_files import format_cell
from seqkd.analysis.results import Results
from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.settings import ReportSettings
from seqkd.analysis.significance import Sample
from seqkd.report import examples, fluency, page, remarks, sections, summary_text
from seqkd.report.about import about_corpus
from seqkd.report.tables import SystemRow


def compared(system: str, difference: float, verdict: str) -> Comparison:
    return Comparison(
        "primary", "test", "greedy", "bleu", system, 0.0, None, "baseline", "1", "1", "models", "sentences", 500,
        difference, difference - 1, difference + 1, 0.01, 0.02, verdict, 70.0,
    )  # fmt: skip


def student(name: str, **changes: object) -> ScoredModel:
    description = {"system": name, "kind": "student", "model": "small", "seed": 1, "path": f"students/{name}/1"}
    return ScoredModel.from_dict(
        description | {"targets": "gold", "loss": {"nll": {"weight": 1.0}}, "test_sets": ["test"]} | changes
    )


def row(model: ScoredModel, is_baseline: bool = False) -> SystemRow:
    return SystemRow(
        model, model.label, [1], {"greedy": {"parameters": 10}}, {"greedy": None}, {}, is_baseline, None, {}
    )


def test_the_winner_is_the_best_of_those_that_are_better() -> None:
    family = [compared("a", 5.0, "not shown"), compared("b", 2.0, "better"), compared("c", 3.0, "better")]
    assert summary_text.headline(family, []) == (
        "c won: +3.0 BLEU (+2.0 to +4.0) over baseline, more than noise. Better than the baseline too: b (+2.0)."
    )


def test_without_a_winner_the_largest_gain_is_named() -> None:
    text = summary_text.headline([compared("a", -2.0, "worse"), compared("b", -0.3, "not shown")], [])
    assert text.startswith("No student is shown to be better")
    assert "The highest is b, at −0.3 BLEU (−1.3 to +0.7)" in text


def test_a_winning_control_is_no_victory_of_a_method() -> None:
    systems = [student("baseline"), student("longer", init_from="baseline")]
    text = summary_text.headline([compared("longer", 3.0, "better")], [row(system) for system in systems])
    assert "though it is a longer-trained baseline and no distillation" in text


def test_details_name_the_worse_and_those_without_baseline() -> None:
    rows = [row(student("baseline"), True), row(student("a")), row(student("big", model="big", targets="seq-kd"))]
    results = Results(Path(), [item.system for item in rows], *[pd.DataFrame()] * 2, {}, {}, pd.DataFrame())
    text = " ".join(summary_text.details([compared("a", -2.0, "worse")], rows, results, 0.95))
    assert "Worse than the baseline: a (−2.0)." in text
    (remark,) = remarks.remarks_on_baselines(results.models)
    assert remark.startswith("No baseline of their size, so no gain and no verdict: big.")
    assert "One seed" not in text and "Given one seed: a verdict on these models, not on the methods." in text


def test_baselines_and_controls_are_recognised_by_their_recipes() -> None:
    systems = [
        student("smoothed", loss={"nll": 0.5, "word-kd": 0.5}),
        student("seq-kd", targets="seq-kd"),
        student("longer", init_from="plain"),
        student("plain"),
        student("plain-again"),
        student("tuned", init_from="plain", targets="seq-inter"),
        student("large-plain", model="large"),
    ]
    assert {model: models[0].system for model, models in pairings.baselines(systems).items()} == {
        "small": "plain",
        "large": "large-plain",
    }
    assert {model: models[0].system for model, models in pairings.controls(systems).items()} == {"small": "longer"}
    pairs = {(pair.role, pair.models[0].system, pair.against[0].system) for pair in pairings.pairings(systems)}
    assert ("control", "tuned", "longer") in pairs and ("primary", "longer", "plain") in pairs
    assert not any(system in ("plain", "large-plain") for _, system, _ in pairs)
    assert not any(role == "control" and system == "longer" for role, system, _ in pairs)


def test_without_a_baseline_a_teacher_of_the_same_size_serves_as_secondary() -> None:
    teacher = replace(student("base", path="teachers/base/1"), kind="teacher")
    (pair,) = pairings.pairings([teacher, student("base+seq-inter", init_from="base", targets="seq-inter")])
    assert (pair.role, pair.against) == ("secondary", [teacher])


def test_seeds_are_paired_by_number_where_they_are_the_same() -> None:
    models, others = [student("a", seed=seed) for seed in (1, 2)], [student("b", seed=seed) for seed in (2, 1)]
    assert seeds.match_seeds(models, others) == [others[1], others[0]]
    assert seeds.match_seeds(models, [student("b", seed=seed) for seed in (2, 3)]) is None
    assert seeds.match_seeds(models, others[:1]) is None


@pytest.mark.parametrize(("count", "other_count", "scope"), [(3, 3, "methods"), (2, 2, "models"), (3, 4, "methods")])
def test_a_difference_is_that_of_the_means_over_all_seeds(count: int, other_count: int, scope: str) -> None:
    models = [student("a", seed=seed, path=f"a/{seed}") for seed in range(count)]
    others = [student("b", seed=seed, path=f"b/{seed}") for seed in range(other_count)]
    noise = np.random.default_rng(1).normal(size=400)
    scores = {model.path: (float(score), score + noise) for score, model in enumerate([*models, *others])}
    difference, of_seeds = seeds.difference(models, others, scores, Sample("sentences", 500, 500.0, 500), 0.95)
    means = [np.mean([scores[model.path][0] for model in side]) for side in (models, others)]
    assert difference.difference == pytest.approx(means[0] - means[1])
    assert ("methods" if of_seeds else "models") == scope


def test_a_recipe_is_short() -> None:
    assert sections.recipe(student("a")) == "gold · nll"
    mixed = student("b", targets="seq-kd", init_from="a", loss={"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}})
    assert sections.recipe(mixed) == "seq-kd · 0.5 nll + 0.5 word-kd · starts from a"


def test_loops_are_four_words_that_come_twice() -> None:
    metric = fluency.BLEU()
    assert fluency.loop_share(["a b c d a b c d", "a b c a b c"], metric) == 0.5
    assert fluency.loop_share([], metric) == 0.0


def test_the_median_rule() -> None:
    assert examples.nearest_to_median([10.0, 50.0, 30.0, 31.0, 29.0], 3) == [2, 3, 4]
    assert examples.nearest_to_median([1.0, 1.0, 1.0], 2) == [0, 1]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(-1.26, "−1.3"), (-0.01, "0.0"), (12345.0, "12\u202f345.0"), (None, "–"), (float("nan"), "–")],
)
def test_numbers_are_set_properly(value: float | None, shown: str) -> None:
    assert page.number(value) == shown


def test_times_and_sizes_are_readable() -> None:
    assert [page.duration(seconds) for seconds in (12.4, 200, 7500)] == ["12 s", "3 min 20 s", "2 h 05 min"]
    assert page.size(3_312_640) == "3.31\u202fM" and page.size(6_400) == "6.4\u202fk"


def test_a_difference_that_rounds_to_zero_has_no_sign() -> None:
    assert [page.signed(value) for value in (0.04, -0.04, 0.06)] == ["0.0", "0.0", "+0.1"]
    assert page.number(-0.04, sign=True) == "0.0" and page.number(0.06, sign=True) == "+0.1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (Sample("sentences", 1, 1.0, 1), "1 sentence, at least 30 are needed"),
        (Sample("sentences", 29, 29.0, 29), "29 sentences, at least 30 are needed"),
        (Sample("sentences", 30, 25.0, 30), ""),
        (
            Sample("documents", 4, 4.0, 800),
            "4 documents, at least 5 are needed, since sentences of one document depend",
        ),
        (Sample("documents", 5, 4.5, 800), ""),
        (Sample("documents", 9, 1.3, 800), "one of its 9 documents is most of the text"),
    ],
)
def test_a_test_set_that_is_too_small_is_called_so(text: Sample, reason: str) -> None:
    said = remarks.remarks_on_size([sections.TestSet("test", text.sentences or 0, text, 0)])
    assert len(said) == bool(reason) and "".join(said).startswith(f"test: {reason}" if reason else "")


def test_overlap_with_training_is_reported_before_the_tables() -> None:
    text = Sample("sentences", 200, 150.0, 200)
    sets = [sections.TestSet(name, 200, text, overlap) for name, overlap in (("a", 4), ("b", 5))]
    assert [remark[:6] for remark in remarks.remarks_on_overlap(sets)] == ["b: 2\u202f%"]


def test_without_an_interval_nothing_is_won() -> None:
    none = replace(compared("a", 6.5, "not shown"), low=math.nan, high=math.nan, p=math.nan, adjusted_p=math.nan)
    assert summary_text.headline([none], []) == (
        "No verdict: test has too little text for one. The highest student is a, at +6.5 BLEU over baseline, which may "
        "be chance."
    )
    assert comparisons.correct_by_holm([none], 0.95) == [none]
    assert page.interval_bar(none, (0.0, 1.0)) == "" and page.agreement(none) == "–"


def test_rounding_does_not_change_a_statement() -> None:
    small = replace(compared("a", 0.04, "better"), low=0.013, high=0.068)
    assert summary_text.describe(small) == "+0.04 BLEU (+0.01 to +0.07)" and page.digits(small) == 2
    assert summary_text.headline([small], []).startswith("a won: +0.04 BLEU (+0.01 to +0.07)")
    assert [page.percent(share) for share in (0.9996, 1.0, 1.004, 0.004, 0.0)] == [
        ">99 %", "100 %", ">100 %", "<1 %", "0 %"
    ]  # fmt: skip
    assert page.percent(0.9996, 1) == ">99.9 %"
    assert [page.p_value(p, 0.05) for p in (1e-12, 0.00099, 0.0123, 0.04999, 0.05, math.nan)] == [
        "<0.001", "<0.001", "0.0123", "<0.05", "0.0500", "–"
    ]  # fmt: skip
    assert [page.ratio(value) for value in (0.04, 1.04, 2.04)] == ["0.04", "1.04", "2.0"]
    weak = fluency.Fluency(student("base", kind="teacher"), 19.97, "bleu", 0.0, 0.0, 0.0, 0.0)
    assert remarks.remarks_on_fluency([weak], ReportSettings())[0].endswith("teacher BLEU below 20: base 19.97.")


def test_unequal_seeds_are_reported_before_the_tables() -> None:
    (remark,) = remarks.remarks_on_seeds([replace(compared("a", 1.0, "better"), seeds="3", against_seeds="1 2")])
    assert remark.startswith("a has other seeds (3) than baseline (1, 2): the difference is that of the means over all")
    assert remarks.remarks_on_seeds([compared("a", 1.0, "better")]) == []


def test_a_baseline_as_good_as_its_teacher_is_reported_once() -> None:
    def fluent(model: ScoredModel, bleu: float) -> fluency.Fluency:
        return fluency.Fluency(model, bleu, "bleu", 0.0, 0.0, 0.0, 0.0)

    distilled = [student(name, model="wide", teacher="base", loss={"kl": {"weight": 1.0}}) for name in ("kl", "js")]
    fluencies = [
        fluent(student("base", kind="teacher"), 22.0),
        fluent(student("base", kind="teacher", seed=2), 23.0),
        fluent(student("baseline"), 18.0),
        fluent(student("word-kd", teacher="base", loss={"word-kd": {"weight": 1.0}}), 22.4),
        fluent(student("wide-baseline", model="wide"), 21.6),
        *[fluent(model, 25.0) for model in distilled],
    ]
    assert remarks.remarks_on_gap(fluencies) == [
        "There is little to distil: wide-baseline, which has no teacher, reaches BLEU 21.6, the teacher base 22.5. "
        "Train the teacher for longer or take smaller students before comparing ways of distilling."
    ]
    fluencies[4] = fluent(fluencies[4].model, 21.4)
    assert remarks.remarks_on_gap(fluencies) == []


def test_csv_cells_have_fixed_formats() -> None:
    assert [format_cell(value, "bleu") for value in (True, False, None, float("nan"), 23.456789, 0.1)] == [
        "true", "false", "", "", "23.4568", "0.1",
    ]  # fmt: skip
    assert format_cell(3312640.0, "parameters") == "3312640"


def test_bars_share_an_axis_with_zero_on_it() -> None:
    comparison = compared("a", 3.0, "better")
    low, high = page.scale([comparison, None])
    assert low < 0 < 4.0 < high
    bar = page.interval_bar(comparison, (0.0, 6.0))
    assert 'x1="40.0" x2="80.0"' in bar and 'cx="60.0"' in bar and "bar better" in bar


def test_agreement_below_one_half_is_a_coin_toss() -> None:
    assert page.agreement(replace(compared("a", 0.0, "better"), agreement=44.2)) == "a coin toss"
    assert page.agreement(compared("a", 1.0, "better")) == "70\u202f%"
    assert page.agreement(compared("a", 1.0, "not shown")) == "–"


def test_the_corpus_speaks_for_itself_where_its_manifest_does_not() -> None:
    results = Results(Path(), [], *[pd.DataFrame()] * 2, {}, {}, pd.DataFrame())
    about = about_corpus(results, {"corpus": {"source": "bible"}})
    assert "Bible" in about["title"] and "nothing about general translation" in about["caveat"]
    assert about_corpus(results, {}) == {"title": "", "description": "", "caveat": ""}
