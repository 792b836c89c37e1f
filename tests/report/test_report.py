"""The page from an invented results folder: what it says and what it must never contain."""

import json
import re
from pathlib import Path
from typing import Any

import example_results
import pytest
from page_reader import SETTINGS, Structure, page, rows, text
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from seqkd.report.make import make_report
from seqkd.utils.files import read_lines, write_json, write_lines

REQUIRED = (
    "system,teacher,model,seed,sparsity,retrained,test_set,decoding,sentences,bleu,bleu_signature,chrf,length_ratio,"
    "gold_ppl,gold_ppl_char,mode_mass,top1_agreement,parameters,nonzero_parameters,bytes"
)


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
    for name in {link or reference for link, reference in used}:
        assert len(re.findall(rf'\bid="{re.escape(name)}"', markup)) == 1, name


def test_the_verdict_names_winner_interval_and_scope(built: tuple[Path, list[dict[str, Any]]]) -> None:
    comparisons = rows(built[0] / "report" / "comparisons.csv")
    primary = [row for row in comparisons if row["role"] == "primary"]
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
            setting = (row["test_set"], row["decoding"])
            expected = bleu[row["system"], *setting] - bleu[row["against"], *setting]
            assert float(row["difference"]) == pytest.approx(expected, abs=1e-3)
            assert float(row["low"]) <= float(row["difference"]) <= float(row["high"])


def test_only_the_primary_family_is_corrected(built: tuple[Path, list[dict[str, Any]]]) -> None:
    comparisons = rows(built[0] / "report" / "comparisons.csv")
    raised = [row for row in comparisons if float(row["adjusted_p"]) > float(row["p"])]
    assert raised and {row["role"] for row in raised} == {"primary"}


def test_the_fair_control_of_fine_tuned_students_is_the_longer_baseline(
    built: tuple[Path, list[dict[str, Any]]],
) -> None:
    controls = [row for row in rows(built[0] / "report" / "comparisons.csv") if row["role"] == "control"]
    assert {(row["system"], row["against"]) for row in controls} == {("seq-inter", "baseline-longer")}
    assert "Against the baseline trained for as long" in text(built[0])


def test_pruned_systems_are_compared_with_the_unpruned_one(built: tuple[Path, list[dict[str, Any]]]) -> None:
    pruned = [row for row in rows(built[0] / "report" / "comparisons.csv") if row["role"] == "pruning"]
    assert len(pruned) == 2 * 5 * 2  # greedy and beam, five sparsities, before and after
    assert {row["against"] for row in pruned} == {"seq-kd"}


def test_scores_csv_has_the_promised_columns_and_a_row_a_measurement(built: tuple[Path, list[dict[str, Any]]]) -> None:
    header = (built[0] / "scores.csv").read_text().splitlines()[0]
    assert header.startswith(REQUIRED + ",")
    scores = rows(built[0] / "scores.csv")
    assert len(scores) == 2 * sum(len(system["test_sets"]) for system in built[1])
    pruned = [row for row in scores if row["sparsity"] == "0.8"]
    assert {row["retrained"] for row in pruned} == {"true", "false"}
    teacher = next(row for row in scores if row["system"] == "base")
    assert (teacher["retrained"], teacher["teacher"], teacher["sparsity"]) == ("", "", "0")
    beam = next(row for row in scores if row["decoding"] == "beam-5")
    assert beam["mode_mass"] == "" and beam["seed"] == "1" and beam["parameters"] == "3312640"


def test_speed_csv_has_a_row_a_measurement(built: tuple[Path, list[dict[str, Any]]]) -> None:
    speeds = rows(built[0] / "speed.csv")
    assert len(speeds) == 4 * 8
    assert {row["batching"] for row in speeds} == {"batched", "single"}
    assert all(float(row["ratio_to_teacher"]) > 0 and float(row["words_per_second"]) > 0 for row in speeds)


def test_markup_in_config_systems_and_translations_is_escaped(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = copied
    evil = (
        '<script>alert("x")</script> <img src=x onerror=alert(1)> \'"><svg onload=alert(1)> <!-- </style></td></table> '
        "{{ 7 * 7 }} {% raw %} javascript:alert(1) <a href=http://x.org> &lt;b&gt; &#60;b&#62; \u202eabc"
    )
    source = results / "test_sets" / "ordinary" / "test.src"
    write_lines(source, [f"{evil} {line}" for line in read_lines(source)])
    outputs = results / "translations" / "students" / "baseline" / "1" / "ordinary" / "greedy.txt"
    write_lines(outputs, [f"{evil} {line}" for line in read_lines(outputs)])
    renamed = [system | {"system": system["system"].replace("word-kd", evil), "model": evil} for system in systems]
    corpus = json.loads((results / "corpus" / "manifest.json").read_text())
    corpus["facts"] |= {"caveat": evil, "taken": {evil: evil}}
    del corpus["checksum"]
    write_json(results / "corpus" / "manifest.json", corpus)
    config = example_results.config() | {"title": evil, "note": evil}
    make_report(SETTINGS, config, results, renamed)
    assert "<script" not in page(results)
    assert page(results).count("&lt;script&gt;") > 10
    assert page(results).count("{{ 7 * 7 }} {% raw %}") > 10
    assert page(results).count("&amp;lt;b&amp;gt; &amp;#60;b&amp;#62;") > 10
    structure = Structure(page(results))
    assert not structure.tags & {"script", "img"}
    assert all(address.startswith("#") for address in structure.addresses)


def test_several_seeds_are_averaged_and_paired(tmp_path: Path) -> None:
    systems = example_results.build(tmp_path, seeds=2, sentences=120, only=["base", "baseline", "word-kd"])
    make_report(SETTINGS, example_results.config(), tmp_path, systems)
    scores = rows(tmp_path / "scores.csv")
    comparison = next(row for row in rows(tmp_path / "report" / "comparisons.csv") if row["role"] == "primary")

    def mean(name: str) -> float:
        setting = (name, "ordinary", "greedy")
        seeds = [row for row in scores if (row["system"], row["test_set"], row["decoding"]) == setting]
        assert len(seeds) == 2
        return sum(float(row["bleu"]) for row in seeds) / 2

    assert float(comparison["difference"]) == pytest.approx(mean("word-kd") - mean("baseline"), abs=1e-3)
    assert comparison["seeds"] == "1 2"
    shown = text(tmp_path)
    assert "two seeds: differences are means over seeds" in shown
    assert f"{mean('word-kd'):.1f} ±" in shown.replace("\u202f", "")


def test_examples_follow_the_rule(built: tuple[Path, list[dict[str, Any]]]) -> None:
    results = built[0]
    references = read_lines(results / "test_sets" / "ordinary" / "test.tgt")
    outputs = read_lines(results / "translations" / "teachers" / "base" / "1" / "ordinary" / "greedy.txt")
    metric = BLEU(effective_order=True)
    scores = [
        metric.sentence_score(*pair).score
        for pair in zip(outputs, ([reference] for reference in references), strict=True)
    ]
    ascending = sorted(scores)
    median = (ascending[119] + ascending[120]) / 2
    chosen = sorted(sorted(range(240), key=lambda index: (abs(scores[index] - median), index))[:3])
    assert [int(line) - 1 for line in re.findall(r"source, line (\d+)", page(results))] == chosen


def test_text_without_4_grams_is_compared_in_chrf(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    """Every line cut to its first two words: BLEU is 0 however good a translation is."""
    results, systems = copied
    for file in [*results.glob("test_sets/ordinary/test.tgt"), *results.glob("translations/*/*/*/ordinary/*.txt")]:
        write_lines(file, [" ".join(line.split()[:2]) for line in read_lines(file)])
    references, chrf = read_lines(results / "test_sets/ordinary/test.tgt"), CHRF()
    for file in results.glob("scores/*/*/*/ordinary/scores.json"):
        content = json.loads(file.read_text(encoding="utf-8"))
        for measurement in content["measurements"]:
            outputs = results / "translations" / file.parent.relative_to(results / "scores")
            texts = read_lines(outputs / f"{measurement['decoding']}.txt")
            measurement |= {"bleu": 0.0, "chrf": chrf.corpus_score(texts, [references]).score}
        write_json(file, content)
    make_report(SETTINGS, example_results.config(), results, systems)
    shown, compared = text(results), rows(results / "report/comparisons.csv")
    primary = [row for row in compared if row["role"] == "primary"]
    assert primary and {(row["test_set"], row["metric"]) for row in primary} == {("ordinary", "chrf")}
    assert {row["metric"] for row in compared if row["test_set"] == "long"} == {"bleu"}
    assert "ordinary: the 120 references hold 0 sequences of four tokens, so BLEU is undefined" in shown
    assert "named in advance: greedy chrF on ordinary" in shown and "BLEU below" not in shown
    assert "but scores.json says" not in shown
