"""The page from an invented results folder: what it says, what it must never hold, and with pieces missing."""

import csv
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import example_results
import pytest
from sacrebleu.metrics.bleu import BLEU

from seqkd.errors import UserError
from seqkd.files import read_lines, sha256, write_json, write_lines, write_text
from seqkd.report.load import load
from seqkd.report.make import make_report
from seqkd.report.settings import ReportSettings

SETTINGS = ReportSettings(examples=3)
REQUIRED = (
    "system,teacher,model,seed,sparsity,retrained,test_set,decoding,sentences,bleu,bleu_signature,chrf,length_ratio,"
    "gold_ppl,gold_ppl_char,mode_mass,top1_agreement,parameters,nonzero_parameters,bytes"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The whole folder, rendered once; tests that change it copy it."""
    results = tmp_path_factory.mktemp("results")
    systems = example_results.build(results)
    make_report(SETTINGS, example_results.config(), results, systems)
    return results, systems


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """Fewer systems and sentences, not rendered."""
    results = tmp_path_factory.mktemp("small")
    return results, example_results.build(results, sentences=120, only=["base", "baseline", "word-kd"])


@pytest.fixture
def copied(small: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> tuple[Path, list[dict[str, Any]]]:
    """A copy of the small folder that a test may damage."""
    shutil.copytree(small[0], tmp_path / "results")
    return tmp_path / "results", small[1]


def page(results: Path) -> str:
    return (results / "report.html").read_text(encoding="utf-8")


def text(results: Path) -> str:
    """The page's text without markup and styles, white space squeezed."""
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page(results), flags=re.DOTALL)
    return " ".join(bare.replace("&#39;", "'").split())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


class Structure(HTMLParser):
    """Collects tags, the attributes that could load something, and fails on unbalanced markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.feed(markup)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]
        if tag not in ("meta", "br", "link", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_one_small_file_that_loads_nothing(built: tuple[Path, list[dict[str, Any]]]) -> None:
    markup = page(built[0])
    structure = Structure(markup)
    assert len(markup.encode()) < 5_000_000
    assert not structure.tags & {"script", "link", "img", "iframe", "object"}
    assert all(address.startswith("#") for address in structure.addresses)
    assert "http" not in markup
    assert not re.search(r"url\((?!#)", markup)
    assert "prefers-color-scheme: dark" in markup
    assert '<meta name="viewport"' in markup


def test_ids_on_the_page_are_unique_where_something_points_to_them(built: tuple[Path, list[dict[str, Any]]]) -> None:
    markup = page(built[0])
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', markup))
    for name in {one or other for one, other in used}:
        assert len(re.findall(rf'\bid="{re.escape(name)}"', markup)) == 1, name


def test_the_verdict_names_winner_interval_and_scope(built: tuple[Path, list[dict[str, Any]]]) -> None:
    found = rows(built[0] / "report" / "comparisons.csv")
    primary = [row for row in found if row["role"] == "primary"]
    best = max(primary, key=lambda row: float(row["difference"]))
    shown = text(built[0])
    assert f"{best['system']} won: {float(best['difference']):+.1f} BLEU" in shown
    assert "a verdict on these models, not on the methods" in shown
    assert "BLEU on such text says nothing about translation in general" in shown
    assert {row["system"] for row in primary} == {"baseline-longer", "word-kd", "seq-kd", "seq-kd+word-kd", "seq-inter"}
    assert {(row["test_set"], row["decoding"], row["metric"]) for row in primary} == {("ordinary", "greedy", "bleu")}


def test_gains_are_differences_of_the_scores(built: tuple[Path, list[dict[str, Any]]]) -> None:
    bleu = {
        (row["system"], row["test_set"], row["decoding"]): float(row["bleu"])
        for row in rows(built[0] / "scores.csv")
        if row["sparsity"] == "0"
    }
    for row in rows(built[0] / "report" / "comparisons.csv"):
        if row["metric"] == "bleu" and row["sparsity"] == "0":
            scene = (row["test_set"], row["decoding"])
            expected = bleu[row["system"], *scene] - bleu[row["against"], *scene]
            assert float(row["difference"]) == pytest.approx(expected, abs=1e-3)
            assert float(row["low"]) <= float(row["difference"]) <= float(row["high"])


def test_only_the_primary_family_is_corrected(built: tuple[Path, list[dict[str, Any]]]) -> None:
    found = rows(built[0] / "report" / "comparisons.csv")
    raised = [row for row in found if float(row["adjusted_p"]) > float(row["p"])]
    assert raised and {row["role"] for row in raised} == {"primary"}


def test_the_fair_control_of_fine_tuned_students_is_the_longer_baseline(
    built: tuple[Path, list[dict[str, Any]]],
) -> None:
    controls = [row for row in rows(built[0] / "report" / "comparisons.csv") if row["role"] == "control"]
    assert {(row["system"], row["against"]) for row in controls} == {("seq-inter", "baseline-longer")}
    assert "Against the baseline trained on as long" in text(built[0])


def test_pruned_systems_are_held_against_the_unpruned_one(built: tuple[Path, list[dict[str, Any]]]) -> None:
    pruned = [row for row in rows(built[0] / "report" / "comparisons.csv") if row["role"] == "pruning"]
    assert len(pruned) == 2 * 5 * 2  # greedy and beam, five sparsities, before and after
    assert {row["against"] for row in pruned} == {"seq-kd"}


def test_scores_csv_has_the_promised_columns_and_a_row_a_measurement(built: tuple[Path, list[dict[str, Any]]]) -> None:
    header = (built[0] / "scores.csv").read_text().splitlines()[0]
    assert header.startswith(REQUIRED + ",")
    found = rows(built[0] / "scores.csv")
    assert len(found) == 2 * sum(len(system["test_sets"]) for system in built[1])
    pruned = [row for row in found if row["sparsity"] == "0.8"]
    assert {row["retrained"] for row in pruned} == {"true", "false"}
    teacher = next(row for row in found if row["system"] == "base")
    assert (teacher["retrained"], teacher["teacher"], teacher["sparsity"]) == ("", "", "0")
    beam = next(row for row in found if row["decoding"] == "beam-5")
    assert beam["mode_mass"] == "" and beam["seed"] == "1" and beam["parameters"] == "3312640"


def test_speed_csv_has_a_row_a_measurement(built: tuple[Path, list[dict[str, Any]]]) -> None:
    found = rows(built[0] / "speed.csv")
    assert len(found) == 4 * 8
    assert {row["batching"] for row in found} == {"batched", "single"}
    assert all(float(row["ratio_to_teacher"]) > 0 and float(row["words_per_second"]) > 0 for row in found)


def test_equal_inputs_give_equal_files_and_earlier_ones_do_not_linger(
    copied: tuple[Path, list[dict[str, Any]]],
) -> None:
    results, systems = copied
    stale = results / "report" / "pruning.svg"
    write_text(stale, "of an earlier page")
    make_report(SETTINGS, example_results.config(), results, systems)
    assert not stale.exists()
    made = [results / name for name in ("report.html", "scores.csv", "speed.csv")]
    made += sorted((results / "report").iterdir())
    before = {path: sha256(path) for path in made}
    make_report(SETTINGS, example_results.config(), results, systems)
    assert before == {path: sha256(path) for path in made}


def test_markup_in_config_systems_and_translations_is_escaped(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    evil = '<script>alert("x")</script>'
    source = results / "test_sets" / "ordinary" / "test.src"
    write_lines(source, [f"{evil} {line}" for line in read_lines(source)])
    outputs = results / "scores" / "students" / "baseline" / "1" / "ordinary" / "greedy.txt"
    write_lines(outputs, [f"{evil} {line}" for line in read_lines(outputs)])
    renamed = [system | {"system": system["system"].replace("word-kd", evil), "model": evil} for system in systems]
    corpus = json.loads((results / "corpus" / "manifest.json").read_text())
    corpus["facts"] |= {"caveat": evil, "taken": {evil: evil}}
    write_json(results / "corpus" / "manifest.json", corpus)
    config = example_results.config() | {"title": evil, "note": evil}
    make_report(SETTINGS, config, results, renamed)
    assert "<script" not in page(results)
    assert page(results).count("&lt;script&gt;") > 10
    Structure(page(results))


def test_translations_that_do_not_give_their_score_are_pointed_out(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    outputs = results / "scores" / "students" / "word-kd" / "1" / "ordinary" / "greedy.txt"
    write_lines(outputs, ["something else entirely"] * len(read_lines(outputs)))
    make_report(SETTINGS, example_results.config(), results, systems)
    assert "scores/students/word-kd/1/ordinary: the translations (greedy) give BLEU 0.00, but" in text(results)


def test_a_lost_line_is_told_in_one_line(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    outputs = results / "scores" / "students" / "word-kd" / "1" / "ordinary" / "greedy.txt"
    write_lines(outputs, read_lines(outputs)[:-1])
    with pytest.raises(UserError, match=r"greedy.txt: 119 lines for 120 test sentences. Delete "):
        make_report(SETTINGS, example_results.config(), results, systems)


@pytest.mark.parametrize("damage", ["missing", "broken"])
def test_a_damaged_score_file_is_told_in_one_line(damage: str, copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    scores = results / "scores" / "teachers" / "base" / "1" / "ordinary" / "scores.json"
    scores.unlink() if damage == "missing" else write_text(scores, '{"measurements": [')
    with pytest.raises(UserError, match=r"scores.json: can't be read .* Delete the folder"):
        make_report(SETTINGS, example_results.config(), results, systems)


def test_dull_output_is_called_so(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    settings = ReportSettings(fluent_bleu=99.0)
    outputs = results / "scores" / "teachers" / "base" / "1" / "ordinary" / "greedy.txt"
    write_lines(outputs, ["and so on and on and so on and on"] * len(read_lines(outputs)))
    make_report(settings, example_results.config(), results, systems)
    shown = text(results)
    assert "often not fluent" in shown
    assert "base (seed 1) repeats itself: some four words come twice in 100 % of its outputs" in shown
    assert "has BLEU 61.8 on its own training set and 41.2 on dev" in shown


def test_several_seeds_are_averaged_and_paired(tmp_path: Path) -> None:
    systems = example_results.build(tmp_path, seeds=2, sentences=120, only=["base", "baseline", "word-kd"])
    make_report(SETTINGS, example_results.config(), tmp_path, systems)
    scores = rows(tmp_path / "scores.csv")
    found = next(row for row in rows(tmp_path / "report" / "comparisons.csv") if row["role"] == "primary")

    def mean(name: str) -> float:
        mine = [
            row for row in scores if (row["system"], row["test_set"], row["decoding"]) == (name, "ordinary", "greedy")
        ]
        assert len(mine) == 2
        return sum(float(row["bleu"]) for row in mine) / 2

    assert float(found["difference"]) == pytest.approx(mean("word-kd") - mean("baseline"), abs=1e-3)
    assert found["seeds"] == "1 2"
    shown = text(tmp_path)
    assert "two seeds: differences are means over seeds" in shown
    assert f"{mean('word-kd'):.1f} ±" in shown.replace("\u202f", "")


@pytest.mark.parametrize(
    ("only", "sentence"),
    [
        (["base"], "No comparison: only teachers were trained."),
        (["base", "word-kd"], "there is no baseline to gain over"),
        (["baseline", "word-kd"], "one seed: a verdict on these models"),
        (["base", "baseline"], "there is no baseline to gain over"),
    ],
)
def test_missing_pieces_still_give_a_page(only: list[str], sentence: str, tmp_path: Path) -> None:
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


def test_examples_follow_the_rule(built: tuple[Path, list[dict[str, Any]]]) -> None:
    results = built[0]
    references = read_lines(results / "test_sets" / "ordinary" / "test.tgt")
    outputs = read_lines(results / "scores" / "teachers" / "base" / "1" / "ordinary" / "greedy.txt")
    metric = BLEU(effective_order=True)
    scores = [metric.sentence_score(*pair).score for pair in zip(outputs, ([one] for one in references), strict=True)]
    middle = sorted(scores)
    median = (middle[119] + middle[120]) / 2
    chosen = sorted(sorted(range(240), key=lambda index: (abs(scores[index] - median), index))[:3])
    assert [int(line) - 1 for line in re.findall(r"source, line (\d+)", page(results))] == chosen


def test_speeds_of_a_model_that_was_trained_anew_are_left_out(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    model = "students/baseline/1/manifest.json"
    measured = {"made_by": {}, "key": "", "inputs": {model: sha256(results / model)}, "files": {}, "facts": {}}
    write_json(results / "speed" / "students" / "baseline" / "1" / "manifest.json", measured)
    assert "baseline" in set(load(results, systems).speed["system"])
    write_text(results / model, (results / model).read_text() + " ")
    assert "baseline" not in set(load(results, systems).speed["system"])
    assert load(results, systems, with_speed=False).speed.empty
