"""The page of a run whose test text, documents or seeds are too few, or not the same: what it must not say."""

from pathlib import Path

import example_results
import pytest
from page_reader import SETTINGS, page, rows, text

from seqkd.report.make import make_report
from seqkd.utils.files import write_lines


def compare(
    results: Path, sentences: int = 60, documents: int = 0, seeds: dict[str, list[int]] | None = None
) -> list[dict[str, str]]:
    """Two students and their baseline: the comparisons of the page.

    ``documents`` of equal size, none if 0; ``seeds`` of each system where they are not [1].
    """
    only = ["base", "baseline", "word-kd", "seq-inter"]
    largest = max((seed for numbers in (seeds or {}).values() for seed in numbers), default=1)
    systems = example_results.build(results, seeds=largest, sentences=sentences, only=only)
    systems = [
        model
        for model in systems
        if model["kind"] == "teacher" or model["seed"] in (seeds or {}).get(model["system"], [1])
    ]
    for name, count in (("ordinary", sentences), ("long", sentences // 2)):
        names = [str(line * documents // count if documents else line) for line in range(count)]
        write_lines(results / "test_sets" / name / "test.groups", names)
    make_report(SETTINGS, example_results.config(), results, systems)
    return rows(results / "report" / "comparisons.csv")


@pytest.mark.parametrize(("sentences", "documents", "size"), [(2, 0, "2 sentences"), (120, 3, "3 documents")])
def test_with_too_little_text_nothing_has_an_interval_or_a_verdict(
    tmp_path: Path, sentences: int, documents: int, size: str
) -> None:
    comparisons = compare(tmp_path, sentences, documents)
    assert {row["metric"] for row in comparisons} == {"bleu", "chrf"} and len(
        {row["test_set"] for row in comparisons}
    ) == 2
    for row in comparisons:
        assert row["verdict"] == "not shown" and float(row["difference"]) != 0
        assert [row[name] for name in ("low", "high", "p", "adjusted_p", "agreement")] == [""] * 5
    shown = text(tmp_path)
    assert (
        shown.index("Read this first") < shown.index(f"ordinary: {size}, at least") < shown.index("Results on ordinary")
    )
    assert "No verdict: ordinary has too little text for one." in shown
    assert 'class="range"' not in page(tmp_path) and "% interval" not in shown and "nan" not in shown.lower().split()
    assert not {"won:", "more than noise"} & set(shown.split())


@pytest.mark.parametrize("documents", [5, 15])
def test_documents_are_resampled_however_few_they_are(tmp_path: Path, documents: int) -> None:
    comparisons = compare(tmp_path, 120, documents)
    assert {(row["resampled"], row["units"]) for row in comparisons} == {("documents", str(documents))}
    assert f"its {documents} documents" in text(tmp_path) and "its 120 sentences" not in text(tmp_path)


def test_unequal_seeds_are_compared_as_the_table_shows_them(tmp_path: Path) -> None:
    comparisons = compare(tmp_path, seeds={"baseline": [1, 2], "word-kd": [2, 1], "seq-inter": [3]})
    (row,) = [row for row in comparisons if row["role"] == "primary" and row["system"] == "seq-inter"]
    assert (row["seeds"], row["against_seeds"], row["scope"]) == ("3", "1 2", "models")
    scores = [
        score
        for score in rows(tmp_path / "scores.csv")
        if score["test_set"] == "ordinary" and score["decoding"] == "greedy"
    ]

    def mean(name: str) -> float:
        seeds = [float(score["bleu"]) for score in scores if score["system"] == name and score["sparsity"] == "0"]
        return sum(seeds) / len(seeds)

    assert float(row["difference"]) == pytest.approx(mean("seq-inter") - mean("baseline"), abs=1e-3)
    shown = text(tmp_path)
    assert shown.index("Read this first") < shown.index("seq-inter has other seeds (3) than baseline (1, 2)")
    assert "word-kd has other seeds" not in shown and "seeds 1, 2" in shown


@pytest.mark.parametrize(("seeds", "scope"), [([1, 2], "models"), ([1, 2, 3], "methods")])
def test_only_with_three_seeds_a_verdict_is_on_the_methods(tmp_path: Path, seeds: list[int], scope: str) -> None:
    comparisons = compare(tmp_path, seeds=dict.fromkeys(("baseline", "word-kd", "seq-inter"), seeds))
    assert {row["scope"] for row in comparisons} == {scope}
    shown = text(tmp_path)
    assert ("a verdict on these models, not on the methods" in shown) == (scope == "models")
    assert ("intervals cover both the choice of the test text and that of the seeds" in shown) == (scope == "methods")


def test_seeds_widen_the_interval(tmp_path: Path) -> None:
    """Three seeds on both sides, where the interval covers them, against two on one side, where it does not."""
    together = compare(tmp_path, seeds={"baseline": [1, 2, 3], "word-kd": [1, 2, 3], "seq-inter": [1, 2]})
    width = {row["system"]: float(row["high"]) - float(row["low"]) for row in together if row["role"] == "primary"}
    assert width["word-kd"] > width["seq-inter"]
