"""The verdict's sentences, number formats, recipes and small rules, without a results folder."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from seqkd.report import compare, page, quality, sections, words
from seqkd.report.about import about_corpus
from seqkd.report.compare import Comparison
from seqkd.report.load import Results, System
from seqkd.report.tables import Row, cell


def compared(system: str, difference: float, verdict: str) -> Comparison:
    return Comparison(
        "primary", "test", "greedy", "bleu", system, 0.0, None, "baseline", "1", difference, difference - 1,
        difference + 1, 0.01, 0.02, verdict, 70.0,
    )  # fmt: skip


def student(name: str, **changes: object) -> System:
    known = {"system": name, "kind": "student", "model": "small", "seed": 1, "path": f"students/{name}/1"}
    return System.of(known | {"targets": "gold", "loss": {"nll": {"weight": 1.0}}, "test_sets": ["test"]} | changes)


def row(system: System, is_baseline: bool = False) -> Row:
    return Row(system, system.label, [1], {"greedy": {"parameters": 10}}, {"greedy": None}, {}, is_baseline, None, {})


def test_the_winner_is_the_best_of_those_that_are_better() -> None:
    family = [compared("a", 5.0, "not shown"), compared("b", 2.0, "better"), compared("c", 3.0, "better")]
    assert words.headline(family, []) == (
        "c won: +3.0 BLEU (+2.0 to +4.0) over baseline, more than noise. Better than the baseline too: b (+2.0)."
    )


def test_without_a_winner_the_largest_gain_is_named() -> None:
    found = words.headline([compared("a", -2.0, "worse"), compared("b", -0.3, "not shown")], [])
    assert found.startswith("No student is shown to be better")
    assert "The highest is b, at −0.3 BLEU (−1.3 to +0.7)" in found


def test_a_winning_control_is_no_victory_of_a_method() -> None:
    systems = [student("baseline"), student("longer", start="baseline")]
    found = words.headline([compared("longer", 3.0, "better")], [row(system) for system in systems])
    assert "though it is a longer-trained baseline and no distillation" in found


def test_details_name_the_worse_and_those_without_baseline() -> None:
    rows = [row(student("baseline"), True), row(student("a")), row(student("big", model="big"))]
    results = Results(Path(), [one.system for one in rows], *[pd.DataFrame()] * 2, {}, {}, pd.DataFrame())
    found = " ".join(words.details([compared("a", -2.0, "worse")], rows, results, 0.95))
    assert "Worse than the baseline: a (−2.0)." in found
    assert "Without a baseline of their size, so without a gain: big." in found
    assert "One seed" not in found and "Given one seed: a verdict on these models, not on the methods." in found


def test_baselines_and_controls_are_found_by_what_they_are() -> None:
    systems = [
        student("smoothed", loss={"nll": 0.5, "word-kd": 0.5}),
        student("seq-kd", targets="seq-kd"),
        student("longer", start="plain"),
        student("plain"),
        student("plain-again"),
        student("tuned", start="plain", targets="seq-inter"),
        student("large-plain", model="large"),
    ]
    assert {model: models[0].system for model, models in compare.baselines(systems).items()} == {
        "small": "plain",
        "large": "large-plain",
    }
    assert {model: models[0].system for model, models in compare.controls(systems).items()} == {"small": "longer"}
    pairs = {(one.role, one.system[0].system, one.against[0].system) for one in compare.pairings(systems)}
    assert ("control", "tuned", "longer") in pairs and ("primary", "longer", "plain") in pairs
    assert not any(system in ("plain", "large-plain") for _, system, _ in pairs)
    assert not any(role == "control" and system == "longer" for role, system, _ in pairs)


def test_without_a_baseline_a_teacher_of_the_same_size_serves_as_secondary() -> None:
    teacher = replace(student("base", path="teachers/base/1"), kind="teacher")
    (found,) = compare.pairings([teacher, student("base+seq-inter", start="base", targets="seq-inter")])
    assert (found.role, found.against) == ("secondary", [teacher])


def test_seeds_are_paired_by_number_else_in_order() -> None:
    one, other = [student("a", seed=seed) for seed in (1, 2)], [student("b", seed=seed) for seed in (2, 3)]
    assert compare.paired(one, other) == [(one[1], other[0])]
    apart = [student("b", seed=seed) for seed in (7, 8)]
    assert compare.paired(one, apart) == [(one[0], apart[0]), (one[1], apart[1])]


def test_few_groups_give_way_to_sentences() -> None:
    assert compare.units(["a"] * 50) == [str(index) for index in range(50)]
    chapters = [f"chapter {index // 3}" for index in range(60)]
    assert compare.units(chapters) == chapters


def test_a_recipe_is_short() -> None:
    assert sections.recipe(student("a")) == "gold · nll"
    mixed = student("b", targets="seq-kd", start="a", loss={"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}})
    assert sections.recipe(mixed) == "seq-kd · 0.5 nll + 0.5 word-kd · starts from a"


def test_loops_are_four_words_that_come_twice() -> None:
    metric = quality.BLEU()
    assert quality.loop_share(["a b c d a b c d", "a b c a b c"], metric) == 0.5
    assert quality.loop_share([], metric) == 0.0


def test_the_median_rule() -> None:
    assert quality.nearest_the_median([10.0, 50.0, 30.0, 31.0, 29.0], 3) == [2, 3, 4]
    assert quality.nearest_the_median([1.0, 1.0, 1.0], 2) == [0, 1]


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
    assert [words.signed(value) for value in (0.04, -0.04, 0.06)] == ["0.0", "0.0", "+0.1"]
    assert page.number(-0.04, sign=True) == "0.0" and page.number(0.06, sign=True) == "+0.1"


def test_a_test_set_that_is_too_small_is_called_so() -> None:
    found = [sections.TestSet("test", size, size, "sentences", 0) for size in (40, 400)]
    assert sections.remarks_on_size(found) == [
        "test has 40 sentences: too few for intervals and verdicts to mean much."
    ]
    assert sections.remarks_on_size(found[1:]) == []


def test_a_baseline_as_good_as_its_teacher_is_told_once() -> None:
    def fluent(system: System, bleu: float) -> quality.Fluency:
        return quality.Fluency(system, bleu, "bleu", 0.0, 0.0, 0.0, 0.0)

    taught = [student(name, model="wide", teacher="base", loss={"kl": {"weight": 1.0}}) for name in ("kl", "js")]
    found = [
        fluent(student("base", kind="teacher"), 22.0),
        fluent(student("base", kind="teacher", seed=2), 23.0),
        fluent(student("baseline"), 18.0),
        fluent(student("word-kd", teacher="base", loss={"word-kd": {"weight": 1.0}}), 22.4),
        fluent(student("wide-baseline", model="wide"), 21.6),
        *[fluent(one, 25.0) for one in taught],
    ]
    assert quality.remarks_on_gap(found) == [
        "There is little to hand on: wide-baseline, which has no teacher, reaches BLEU 21.6, the teacher base 22.5. "
        "Train the teacher for longer or take smaller students before comparing ways of distilling."
    ]
    found[4] = fluent(found[4].system, 21.4)
    assert quality.remarks_on_gap(found) == []


def test_csv_cells_have_fixed_formats() -> None:
    assert [cell(value, "bleu") for value in (True, False, None, float("nan"), 23.456789, 0.1)] == [
        "true", "false", "", "", "23.4568", "0.1",
    ]  # fmt: skip
    assert cell(3312640.0, "parameters") == "3312640"


def test_bars_share_an_axis_with_zero_on_it() -> None:
    found = compared("a", 3.0, "better")
    low, high = page.scale([found, None])
    assert low < 0 < 4.0 < high
    bar = page.interval_bar(found, (0.0, 6.0))
    assert 'x1="40.0" x2="80.0"' in bar and 'cx="60.0"' in bar and "bar better" in bar


def test_agreement_below_one_half_is_a_coin_toss() -> None:
    assert page.agreement(replace(compared("a", 0.0, "not shown"), agreement=44.2)) == "a coin toss"
    assert page.agreement(compared("a", 1.0, "not shown")) == "70\u202f%"


def test_the_corpus_speaks_for_itself_where_its_manifest_does_not() -> None:
    results = Results(Path(), [], *[pd.DataFrame()] * 2, {}, {}, pd.DataFrame())
    about = about_corpus(results, {"corpus": {"source": "bible"}})
    assert "Bible" in about["title"] and "nothing about general translation" in about["caveat"]
    assert about_corpus(results, {}) == {"title": "", "description": "", "caveat": ""}
