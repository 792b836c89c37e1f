"""The page names the tokenization of BLEU, and says where references are in another script."""

from pathlib import Path
from typing import Any

import example_results
from page_reader import SETTINGS, rows, text

from seqkd.report.make import make_report


def in_characters(results: Path) -> None:
    for file in (results / "scores").rglob("scores.json"):
        file.write_text(file.read_text(encoding="utf-8").replace("tok:13a", "tok:char"), encoding="utf-8")


def shown(results: Path, systems: list[dict[str, Any]], language: str, tokenize: str = "auto") -> str:
    config = example_results.config()
    config["corpus"]["target_language"] = language
    make_report(SETTINGS, config | {"score": {"bleu_tokenize": tokenize}}, results, systems)
    return text(results)


def test_bleu_of_characters_is_never_called_bleu_alone(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    in_characters(copied[0])
    page = shown(*copied, "th")
    assert "Every BLEU of this run" in page
    assert "is char-BLEU with sacrebleu's tokenization char: th is written in Thai script, without spaces" in page
    headline = page.partition("This is the comparison named in advance: greedy chrF on ordinary")[0]
    assert " chrF (" in headline and "BLEU (" not in headline
    assert "of teacher’s chrF parameters" in page and "chrF gain humans agree char-BLEU gain" in page
    first = page.partition("Read this first.")[2].partition("Results on")[0]
    assert "ordinary: BLEU's tokens are characters, since no tokenization fits the target language." in first
    assert {row["tokenization"] for row in rows(copied[0] / "report/comparisons.csv")} == {"char", ""}


def test_bleu_of_characters_is_primary_where_the_config_names_it(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    in_characters(copied[0])
    page = shown(*copied, "th", "char")
    headline = page.partition("This is the comparison named in advance: greedy char-BLEU on ordinary")[0]
    assert " char-BLEU (" in headline and " BLEU (" not in headline
    assert "of teacher’s char-BLEU parameters" in page


def test_another_script_is_reported_under_read_this_first(copied: tuple[Path, list[dict[str, Any]]]) -> None:
    remark = (
        "corpus.target_language is zh, so BLEU uses tokenization zh, but most letters of the target side are another"
    )
    page = shown(*copied, "zh")
    assert remark in page.partition("Read this first.")[2].partition("Results on")[0]
    assert remark not in shown(*copied, "zh", "13a")
    assert "BLEU with sacrebleu's tokenization 13a: en has spaces between words" in shown(*copied, "en")
