"""A metric besides BLEU and chrF has columns in scores.csv and comparisons with intervals, by its stored statistics."""

import json
from pathlib import Path
from typing import Any

import example_results
import numpy as np
import pytest
from page_reader import SETTINGS, rows, text

from seqkd.report.make import make_report
from seqkd.scoring.metrics import ter
from seqkd.scoring.score import corpus_score, save
from seqkd.utils.errors import UserError
from seqkd.utils.files import read_lines


@pytest.fixture
def with_ter(copied: tuple[Path, list[dict[str, Any]]]) -> tuple[Path, list[dict[str, Any]]]:
    """The small folder as scored with ``extra_metrics: [ter]``."""
    results = copied[0]
    for file in (results / "scores").rglob("scores.json"):
        content = json.loads(file.read_text(encoding="utf-8"))
        place = file.parent.relative_to(results / "scores")
        references = read_lines(results / "test_sets" / place.name / "test.tgt")
        for row in content["measurements"]:
            texts = read_lines(results / "translations" / place / f"{row['decoding']}.txt")
            statistics = ter.score_sentences(texts, references, [], "13a")
            save(file.parent / f"{row['decoding']}.ter.npy", statistics)
            row |= {"ter": corpus_score("ter", statistics), "ter_signature": ter.signature("13a")}
        file.write_text(json.dumps(content), encoding="utf-8")
    return copied


def test_its_scores_and_comparisons_stand_in_the_tables(with_ter: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = with_ter
    make_report(SETTINGS, example_results.config(), results, systems)
    scores = [
        row for row in rows(results / "scores.csv") if (row["test_set"], row["decoding"]) == ("ordinary", "greedy")
    ]
    by_system = {row["system"]: float(row["ter"]) for row in scores}
    assert list(rows(results / "scores.csv")[0])[-2:] == ["ter", "ter_signature"]
    found = [row for row in rows(results / "report/comparisons.csv") if row["metric"] == "ter"]
    assert [(row["system"], row["against"], row["role"]) for row in found] == [("word-kd", "baseline", "secondary")]
    difference, low, high = (float(found[0][name]) for name in ("difference", "low", "high"))
    assert difference == pytest.approx(by_system["word-kd"] - by_system["baseline"], abs=1e-3)
    assert low < difference < high
    fewer_errors = "better" if high < 0 else "worse" if low > 0 else "not shown"
    assert found[0]["verdict"] == fewer_errors
    assert "but scores.json says" not in text(results)


def test_missing_statistics_are_named(with_ter: tuple[Path, list[dict[str, Any]]]) -> None:
    results, systems = with_ter
    np.save(results / "scores/students/word-kd/1/ordinary/greedy.ter.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(UserError, match=r"greedy\.ter\.npy: can't be read .* Delete the folder"):
        make_report(SETTINGS, example_results.config(), results, systems)
