"""The section on the true distribution: only where it is known, its numbers, and its three hypotheses."""

import json
import math
import random
import re
from pathlib import Path
from typing import Any

import example_results
import pytest
import truth_results
from page_reader import SETTINGS, Structure, page, rows, text

from seqkd.analysis import truth_hypotheses
from seqkd.analysis.results import load
from seqkd.analysis.significance import Difference
from seqkd.analysis.true_distribution import TruthComparison
from seqkd.report.make import make_report
from seqkd.utils.errors import UserError
from seqkd.utils.files import write_json

NAMES = ["base", "baseline", "word-kd", "seq-kd"]
Built = tuple[Path, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A folder of the corpus whose true distribution is known, rendered."""
    results = tmp_path_factory.mktemp("truth")
    systems = example_results.build(results, sentences=120, only=NAMES)
    truth_results.build(results, systems)
    make_report(SETTINGS, truth_results.config(example_results.config()), results, systems)
    return results, systems


def numbers(results: Path) -> dict[str, dict[str, str]]:
    return {row["system"]: row for row in rows(results / "report" / "truth.csv")}


def test_no_other_corpus_has_the_section(small: Built, tmp_path: Path) -> None:
    results, systems = small
    make_report(SETTINGS, example_results.config(), results, systems)
    assert 'id="truth"' not in page(results)
    assert not (results / "report" / "truth.csv").exists()


def test_it_says_that_the_corpus_is_synthetic(rendered: Built) -> None:
    shown = text(rendered[0])
    assert "This corpus is synthetic." in shown
    assert "exist only because that true distribution is known" in shown
    Structure(page(rendered[0]))


def test_the_table_has_the_truth_and_every_unpruned_model(rendered: Built) -> None:
    table = numbers(rendered[0])
    assert list(table) == ["truth", *NAMES]
    assert table["truth"]["kl"] == table["truth"]["reverse_kl"] == "0"
    assert float(table["truth"]["greedy_prob"]) == float(table["truth"]["mode_mass"]) == 0.14
    assert float(table["truth"]["effective_translations"]) == pytest.approx(math.exp(4), rel=1e-4)


def test_means_lie_in_their_intervals_and_are_those_of_the_lines(rendered: Built) -> None:
    for name, (kl, coverage, inside, entropy, mass, _) in truth_results.SYSTEMS.items():
        row = {
            key: float(value) for key, value in numbers(rendered[0])[name].items() if value and key.startswith(STATS)
        }
        for key, mean in (("kl", kl), ("coverage", coverage), ("inside", inside), ("model_entropy", entropy)):
            assert row[key] == pytest.approx(mean, rel=0.05)
            assert row[f"{key}_low"] < row[key] < row[f"{key}_high"]
        assert row["greedy_mass"] == pytest.approx(mass, rel=0.05)
        assert row["reverse_kl"] == pytest.approx(0.4 - math.log(row["inside"]), rel=1e-4)


STATS = ("kl", "coverage", "inside", "model_entropy", "greedy_mass", "reverse_kl")


def test_the_statements(rendered: Built) -> None:
    shown = text(rendered[0])
    assert "“Seq-KD concentrates on the mode”: confirmed." in shown
    assert "seq-kd against baseline: mass on its own greedy output" in shown
    assert "in truth it has 14.0 %" in shown
    assert "“Reverse KL drops modes”: not tested. No student is trained by reverse KL." in shown
    assert "“KL covers”: confirmed." in shown
    assert "word-kd against seq-kd: true mass covered" in shown


def test_oracle_scores_have_intervals_and_the_plot_every_model(rendered: Built) -> None:
    shown = text(rendered[0])
    assert "BLEU of the true mode" in shown and "100.0 100.0 to 100.0" in shown
    drawn = (rendered[0] / "report" / "truth.svg").read_text()
    assert all(f">{name}<" in drawn for name in NAMES)


@pytest.mark.parametrize(
    ("low", "high", "sign", "word"),
    [
        (0.1, 0.3, 1, "confirmed"),
        (0.1, 0.3, -1, "contradicted"),
        (-0.3, -0.1, 1, "contradicted"),
        (-0.3, -0.1, -1, "confirmed"),
        (-0.1, 0.3, 1, "not shown"),
        (0.0, 0.3, 1, "not shown"),
    ],
)
def test_the_rule_of_the_verdicts(low: float, high: float, sign: int, word: str) -> None:
    assert truth_hypotheses.verdict(Difference((low + high) / 2, low, high, 0.5), sign) == word


def statements(results: Path, systems: list[dict[str, Any]]) -> dict[str, tuple[str, list[str]]]:
    outcomes = truth_hypotheses.outcomes(TruthComparison(load(results, systems), SETTINGS))
    return {outcome.hypothesis.statement: (outcome.verdict, outcome.sentences) for outcome in outcomes}


def test_numbers_of_the_greedy_output_are_those_of_the_lines(rendered: Built) -> None:
    lines = json.loads((rendered[0] / "truth/students/baseline/1/truth.json").read_text())["lines"]
    row = numbers(rendered[0])["baseline"]
    masses = [mass for mass in lines["greedy_mass"] if mass is not None]
    assert len(masses) == truth_results.SENTENCES - 1
    assert float(row["greedy_mass"]) == pytest.approx(sum(masses) / len(masses), rel=1e-5)
    for name, ranks in (("greedy_is_mode", (1,)), ("greedy_inside", (1, 2))):
        share = sum(rank in ranks for rank in lines["greedy_rank"]) / len(lines["greedy_rank"])
        assert float(row[name]) == pytest.approx(share, rel=1e-5)


def test_a_sentence_has_the_difference_of_the_tables_numbers(rendered: Built) -> None:
    seq_kd, baseline = (float(numbers(rendered[0])[name]["greedy_mass"]) for name in ("seq-kd", "baseline"))
    match = re.search(r"output ([\d.]+) % against ([\d.]+) %, \+([\d.]+) points", text(rendered[0]))
    assert match and [float(number) for number in match.groups()] == pytest.approx(
        [100 * seq_kd, 100 * baseline, 100 * (seq_kd - baseline)], abs=0.051
    )


def test_the_share_segmented_as_the_tokenizer_would_is_that_of_the_samples_inside(
    rendered: Built, tmp_path: Path
) -> None:
    systems = example_results.build(tmp_path, sentences=120, only=["base"])
    truth_results.build(tmp_path, systems)
    file = tmp_path / "truth/teachers/base/1/truth.json"
    content = json.loads(file.read_text())
    half = truth_results.SENTENCES // 2
    content["lines"] |= {"inside": [0.9] * half + [0.1] * half, "canonical": [1.0] * half + [0.0] * half}
    write_json(file, content)
    truth = TruthComparison(load(tmp_path, systems), SETTINGS)
    assert truth.canonical_share(truth.models) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("system", "change", "untested"),
    [
        ("seq-kd", {"init_from": "baseline"}, "Seq-KD concentrates on the mode"),
        ("word-kd", {"init_from": "baseline"}, "KL covers"),
        ("word-kd", {"targets": "seq-kd"}, "KL covers"),
    ],
)
def test_mixed_and_fine_tuned_students_test_no_statement(
    rendered: Built, system: str, change: dict[str, Any], untested: str
) -> None:
    tested = statements(rendered[0], [model | change if model["system"] == system else model for model in rendered[1]])
    assert tested[untested][0] == "not tested"


def test_reverse_kl_is_tested_once_a_student_is_trained_by_it(rendered: Built) -> None:
    """seq-kd, which covers less, played by a student of reverse KL, and word-kd by one of KL."""
    losses = {"seq-kd": {"rkl": 1.0}, "word-kd": {"kl": 1.0}}
    systems = [model | {"targets": "gold", "loss": losses.get(model["system"], model["loss"])} for model in rendered[1]]
    tested = statements(rendered[0], systems)
    verdict, (sentence,) = tested["Reverse KL drops modes"]
    assert verdict == "confirmed" and sentence.startswith("seq-kd against word-kd: true mass covered 5")
    verdict, (sentence,) = tested["KL covers"]
    assert (verdict, sentence) == ("not tested", "There is no student of its size trained by Seq-KD to compare with.")


def test_a_collapse_onto_something_else_is_no_concentration_on_the_mode(tmp_path: Path) -> None:
    systems = example_results.build(tmp_path, sentences=120, only=["base", "baseline", "seq-kd"])
    truth_results.build(tmp_path, systems)
    file = tmp_path / "truth/students/seq-kd/1/truth.json"
    content = json.loads(file.read_text())
    content["lines"]["mode_mass"] = [0.0] * truth_results.SENTENCES
    write_json(file, content)
    verdict, (sentence,) = statements(tmp_path, systems)["Seq-KD concentrates on the mode"]
    assert verdict == "not shown"
    assert "confirmed" in sentence and "contradicted" in sentence


def test_without_a_baseline_nothing_is_tested(rendered: Built) -> None:
    tested = statements(rendered[0], [model for model in rendered[1] if model["system"] in ("base", "seq-kd")])
    assert {verdict for verdict, _ in tested.values()} == {"not tested"}


def test_disagreeing_pairs_show_nothing(rendered: Built) -> None:
    """A second Seq-KD student, played by the model that covers more but has less mass on its output."""
    systems = [
        model | {"targets": "seq-kd", "loss": {"nll": 1.0}} if model["system"] == "word-kd" else model
        for model in rendered[1]
    ]
    baseline = next(model for model in systems if model["system"] == "baseline")
    swapped = [model | {"path": "teachers/base/1"} if model is baseline else model for model in systems]
    verdict, sentences = statements(rendered[0], swapped)["Seq-KD concentrates on the mode"]
    assert verdict == "not shown" and len(sentences) == 2
    assert ["contradicted" in sentence for sentence in sentences] == [True, False]


def test_a_model_all_outside_is_shown_as_infinitely_far(rendered: Built, tmp_path: Path) -> None:
    systems = example_results.build(tmp_path, sentences=120, only=["base", "baseline"])
    truth_results.build(tmp_path, systems)
    folder = tmp_path / "truth" / "students" / "baseline" / "1"
    outside = truth_results.lines(9.0, 0.1, 0.0, 4.0, 0.1, 0.0, random.Random(1))
    outside |= {"canonical": [None] * truth_results.SENTENCES}
    write_json(folder / "truth.json", {"system": "baseline", "truth": truth_results.SETTINGS, "lines": outside})
    make_report(SETTINGS, truth_results.config(example_results.config()), tmp_path, systems)
    row = numbers(tmp_path)["baseline"]
    assert (row["reverse_kl"], row["inside"], row["median_rank"], row["canonical"]) == ("inf", "0", "inf", "")
    assert "∞" in text(tmp_path) and "outside" in text(tmp_path)


def test_models_measured_on_other_sentences_are_refused(rendered: Built, tmp_path: Path) -> None:
    systems = example_results.build(tmp_path, sentences=120, only=["base", "baseline"])
    truth_results.build(tmp_path, systems)
    folder = tmp_path / "truth" / "students" / "baseline" / "1"
    write_json(folder / "truth.json", {"truth": {}, "lines": {"line": [3]}})
    with pytest.raises(UserError, match=r"truth\.json: other sentences than"):
        make_report(SETTINGS, truth_results.config(example_results.config()), tmp_path, systems)
