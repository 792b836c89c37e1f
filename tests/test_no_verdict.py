"""What makes a verdict impossible is told before any work."""

import copy
import gzip
from pathlib import Path
from typing import Any

import pytest
from small_config import BASE, FILES, changed

from seqkd.config import load
from seqkd.config.no_verdict import no_verdict


def told(config: dict[str, Any]) -> list[str]:
    return no_verdict(load(config))


def test_a_config_that_can_decide_is_silent() -> None:
    assert told(BASE) == []


def test_students_without_a_baseline_of_their_model() -> None:
    config = copy.deepcopy(BASE)
    config["models"]["tiny"] = {"dim": 64}
    config["students"] = {
        "a": {"model": "small"},
        "c": {"model": "tiny", "targets": "seq-kd"},
        "own": {"init_from": "base", "targets": "seq-inter"},
    }
    (line,) = told(config)
    assert line.startswith("students.c: no baseline of its model 'tiny'")
    config["students"]["d"] = {"model": "tiny"}
    assert told(config) == []


@pytest.mark.parametrize(
    ("corpus", "line"),
    [
        ({"source": "captions", "test_pairs": 29}, "corpus.test_pairs: 29, at least 30 are needed"),
        ({"source": "captions", "test_pairs": 30}, ""),
        ({"source": "bible", "test_verses": 10}, "corpus.test_verses: 10, at least 30 are needed"),
    ],
)
def test_test_sets_of_a_known_size(corpus: dict[str, Any], line: str) -> None:
    assert told(changed("corpus", corpus)) == [line] * bool(line)


@pytest.mark.parametrize(
    ("sentences", "documents", "packed", "line"),
    [
        (1, None, False, "1 sentence, at least 30 are needed"),
        (29, None, True, "29 sentences, at least 30 are needed"),
        (30, None, False, ""),
        (100, 4, False, "4 documents, at least 5 are needed"),
        (100, 5, True, ""),
        (0, None, False, ""),  # said by the stage that reads it
    ],
)
def test_test_sets_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sentences: int, documents: int | None, packed: bool, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    corpus = copy.deepcopy(FILES)
    end = ".gz" if packed else ""
    corpus["test_sets"] = {"news": {"src": f"x.de{end}", "tgt": f"x.en{end}"}}
    write(tmp_path / f"x.en{end}", ["words"] * sentences)
    if documents:
        corpus["test_sets"]["news"]["documents"] = f"x.groups{end}"
        write(tmp_path / f"x.groups{end}", [f"document {number % documents}" for number in range(sentences)])
    assert told(changed("corpus", corpus)) == [f"corpus.test_sets.news: {line}"] * bool(line)


def test_files_that_are_missing_or_damaged_are_left_to_their_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told(changed("corpus", FILES)) == []
    corpus = copy.deepcopy(FILES)
    corpus["test_sets"]["test"]["tgt"] = "x.gz"
    (tmp_path / "x.gz").write_bytes(b"no gzip")
    assert told(changed("corpus", corpus)) == []


def write(path: Path, lines: list[str]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
