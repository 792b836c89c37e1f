"""The page from results that are damaged, outdated or incomplete."""

import re
import shutil
from pathlib import Path
from typing import Any

import example_results
import pytest
from page_reader import SETTINGS, Structure, page, rows, text

from seqkd.analysis.results import load
from seqkd.analysis.settings import ReportSettings
from seqkd.report.make import make_report
from seqkd.utils.errors import UserError
from seqkd.utils.files import read_lines, sha256, write_json, write_lines, write_text


def test_translations_that_do_not_give_their_score_are_pointed_out(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    outputs = results / "translations" / "students" / "word-kd" / "1" / "ordinary" / "greedy.txt"
    write_lines(outputs, ["something else entirely"] * len(read_lines(outputs)))
    make_report(SETTINGS, example_results.config(), results, systems)
    assert "scores/students/word-kd/1/ordinary: the translations (greedy) give BLEU 0.00, but" in text(results)


def test_a_lost_line_is_a_one_line_error(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    outputs = results / "translations" / "students" / "word-kd" / "1" / "ordinary" / "greedy.txt"
    write_lines(outputs, read_lines(outputs)[:-1])
    with pytest.raises(UserError, match=r"greedy.txt: 119 lines for 120 test sentences. Delete "):
        make_report(SETTINGS, example_results.config(), results, systems)


@pytest.mark.parametrize("damage", ["missing", "broken"])
def test_a_damaged_score_file_is_a_one_line_error(damage: str, copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    scores = results / "scores" / "teachers" / "base" / "1" / "ordinary" / "scores.json"
    scores.unlink() if damage == "missing" else write_text(scores, '{"measurements": [')
    with pytest.raises(UserError, match=r"scores.json: can't be read .* Delete the folder"):
        make_report(SETTINGS, example_results.config(), results, systems)


def test_dull_output_is_called_so(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    settings = ReportSettings(min_teacher_bleu=99.0)
    outputs = results / "translations" / "teachers" / "base" / "1" / "ordinary" / "greedy.txt"
    write_lines(outputs, ["and so on and on and so on and on"] * len(read_lines(outputs)))
    make_report(settings, example_results.config(), results, systems)
    shown = text(results)
    assert "often not fluent" in shown
    assert "(a 4-gram of BLEU’s tokens occurs twice; references: 0 %): base 100 %." in shown
    assert re.search(r"teacher BLEU below 99: base [\d.]+\.", shown)
    assert "has BLEU 61.8 on its own training set and 41.2 on dev" in shown


@pytest.mark.parametrize(
    ("only", "sentence"),
    [
        (["base"], "No comparison: only teachers were trained."),
        (["base", "word-kd"], "there is no baseline to gain over"),
        (["baseline", "word-kd"], "one seed: a verdict on these models"),
        (["base", "baseline"], "there is no baseline to gain over"),
    ],
)
def test_incomplete_results_still_give_a_page(only: list[str], sentence: str, tmp_path: Path) -> None:
    systems = example_results.build(tmp_path, sentences=120, only=only)
    for stage in ("speed", "benchmarks", "targets", "corpus", "tokenizer"):
        shutil.rmtree(tmp_path / stage)
    for metrics in tmp_path.rglob("metrics.jsonl"):
        metrics.unlink()
    make_report(ReportSettings(examples=0), {}, tmp_path, systems)
    assert sentence in text(tmp_path)
    Structure(page(tmp_path))
    assert len(rows(tmp_path / "speed.csv")) == 0


def test_nothing_scored_gives_a_page(tmp_path: Path) -> None:
    make_report(SETTINGS, {}, tmp_path, [])
    assert "no model was scored" in text(tmp_path)


def test_equal_inputs_give_equal_files_and_earlier_ones_are_removed(
    copied: tuple[Path, list[dict[str, Any]]],
) -> None:
    results, systems = copied
    outdated = results / "report" / "pruning.svg"
    write_text(outdated, "of an earlier page")
    make_report(SETTINGS, example_results.config(), results, systems)
    assert not outdated.exists()
    files = [results / name for name in ("report.html", "scores.csv", "speed.csv")]
    files += sorted((results / "report").iterdir())
    before = {path: sha256(path) for path in files}
    make_report(SETTINGS, example_results.config(), results, systems)
    assert before == {path: sha256(path) for path in files}


def test_speeds_of_a_model_that_was_trained_again_are_left_out(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    model = "students/baseline/1/manifest.json"
    outdated = {"provenance": {}, "key": "", "inputs": {model: sha256(results / model)}, "files": {}, "facts": {}}
    write_json(results / "speed" / "students" / "baseline" / "1" / "manifest.json", outdated)
    assert "baseline" in set(load(results, systems).speed["system"])
    write_text(results / model, (results / model).read_text() + " ")
    assert "baseline" not in set(load(results, systems).speed["system"])
    assert load(results, systems, with_speed=False).speed.empty
