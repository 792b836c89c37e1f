import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from seqkd.corpus.captions import Caption, source_of
from seqkd.corpus.make import make_corpus, make_test_set
from seqkd.corpus.settings import CorpusSettings
from seqkd.utils.errors import UserError
from seqkd.utils.files import read_lines

SETTINGS: TypeAdapter[Any] = TypeAdapter(CorpusSettings)
TRAIN = [("eins zwei", "one two"), ("drei", "three"), ("vier", "four"), ("drei", "three"), ("fu\u0308nf", " five  5 ")]


class Case:
    """A folder with a corpus that a test may modify, and the stage's output for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.config: dict[str, Any] = {
            "source": "files",
            "source_language": "de",
            "target_language": "en",
            "train": self.pair("train", TRAIN),
            "dev": self.pair("dev", [("sechs", "six"), ("sieben", "seven")]),
            "test_sets": {"a": self.pair("a", [("acht", "eight"), ("acht", "eight")])},
        }

    def pair(self, name: str, rows: list[tuple[str, str]]) -> dict[str, Any]:
        for side, texts in zip(("de", "en"), zip(*rows, strict=True), strict=True):
            (self.folder / f"{name}.{side}").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        return {"src": str(self.folder / f"{name}.de"), "tgt": str(self.folder / f"{name}.en")}

    def corpus(self, **files: Path) -> dict[str, Any]:
        settings = SETTINGS.validate_python(self.config)
        return make_corpus(settings.job().settings, files, self.out)

    def test_set(self, name: str = "a") -> dict[str, Any]:
        settings = SETTINGS.validate_python(self.config)
        return make_test_set(settings.job(name).settings, name, {}, self.out)

    def lines(self, name: str) -> list[str]:
        return read_lines(self.out / name)

    def refusal(self) -> str:
        with pytest.raises(UserError) as error:
            self.corpus()
            self.test_set()
        assert not (self.out / "train.src").exists() or not (self.out / "test.src").exists()
        return str(error.value)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_pairs_are_normalised_and_counted(case: Case) -> None:
    facts = case.corpus()
    assert case.lines("train.src") == ["eins zwei", "drei", "vier", "fünf"]
    assert case.lines("train.tgt") == ["one two", "three", "four", "five 5"]
    assert case.lines("train.groups") == ["1", "2", "3", "5"]
    assert facts["taken"] == {"duplicate": 1}
    assert facts["train"] == {
        "pairs": 4,
        "groups": 4,
        "src_words": 1.25,
        "tgt_words": 1.5,
        "src_chars": 5.25,
        "tgt_chars": 5.5,
    }
    assert facts["dev"]["pairs"] == 2
    assert case.lines("dev.tgt") == ["six", "seven"]


def test_a_test_set_keeps_every_line(case: Case) -> None:
    case.config["cleaning"] = {"max_chars": 1}
    assert case.test_set()["pairs"] == 2
    assert case.lines("test.src") == ["acht", "acht"]


def test_dev_and_purged_test_sets_are_removed_from_training_and_others_are_not(case: Case) -> None:
    case.config["dev"] = case.pair("dev", [("drei", "3")])
    case.config["test_sets"] = {
        "a": case.pair("a", [("4", "four")]),
        "late": case.pair("late", [("5", "five 5"), ("x", "y")]) | {"decontaminate": False},
    }
    facts = case.corpus()
    assert case.lines("train.src") == ["eins zwei", "fünf"]
    assert facts["taken"] == {"in_dev": 2, "in_test_sets": 1}


def test_dev_pairs_in_a_test_set_are_counted_and_kept(case: Case) -> None:
    case.config["dev"] = case.pair("dev", [("acht", "8"), ("neun", "nine")])
    facts = case.corpus()
    assert facts["dev_in_test_sets"] == 1
    assert facts["dev"]["pairs"] == 2


def test_groups_follow_their_lines(case: Case) -> None:
    for name, groups in (("train", "a a b b c"), ("a", "t u")):
        (case.folder / f"{name}.doc").write_text(groups.replace(" ", "\n") + "\n")
    case.config["train"]["documents"] = str(case.folder / "train.doc")
    case.config["test_sets"]["a"]["documents"] = str(case.folder / "a.doc")
    assert case.corpus()["train"]["groups"] == 3
    assert case.lines("train.groups") == ["a", "a", "b", "c"]
    case.test_set()
    assert case.lines("test.groups") == ["t", "u"]


def test_downloads_are_read_in_place(case: Case) -> None:
    packed = case.folder / "whatever.bin"
    packed.write_bytes(gzip.compress((case.folder / "train.de").read_bytes()))
    checksum = hashlib.sha256(packed.read_bytes()).hexdigest()
    case.config["train"]["src"] = {"url": "https://example.org/train.de.gz", "sha256": checksum}
    case.corpus(**{f"{checksum[:8]}-train.de.gz": packed})
    assert case.lines("train.src") == ["eins zwei", "drei", "vier", "fünf"]


def test_the_checksum_of_a_local_file_is_verified(case: Case) -> None:
    path = case.folder / "train.de"
    case.config["train"]["src"] = {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert case.corpus()
    path.write_text("anders\n")
    (case.out / "train.src").unlink()
    assert f"{path}: its SHA-256 is" in case.refusal()


@pytest.mark.parametrize("name", ["dev.de", "dev.en", "a.de", "a.en"])
def test_an_empty_line_in_dev_or_test_is_reported_with_file_and_line(case: Case, name: str) -> None:
    path = case.folder / name
    path.write_text("x\n \u2028\n")
    assert f"{path}:2: empty line" in case.refusal()


def test_an_empty_group_in_a_test_set_is_reported(case: Case) -> None:
    path = case.folder / "a.doc"
    path.write_text("t\n\n")
    case.config["test_sets"]["a"]["documents"] = str(path)
    assert f"{path}:2: empty line" in case.refusal()


def test_an_empty_line_in_training_is_dropped(case: Case) -> None:
    (case.folder / "train.en").write_text("a\n\nc\nd\ne\n")
    assert case.corpus()["taken"] == {"empty": 1}


def test_files_of_unequal_length_leave_no_output(case: Case) -> None:
    (case.folder / "train.en").write_text("a\nb\n")
    message = case.refusal()
    assert "train.de has 5 lines" in message
    assert "train.en has 2 lines" in message
    assert not [path for path in case.out.iterdir() if "train" in path.name]


def test_an_empty_training_set_is_reported_with_the_filter_that_dropped_it(case: Case) -> None:
    case.config["cleaning"] = {"max_chars": 2}
    assert "corpus.train: no pair is left after cleaning (over_max_chars dropped 5)" in case.refusal()


def test_a_missing_file_is_reported(case: Case) -> None:
    (case.folder / "dev.en").unlink()
    assert f"{case.folder / 'dev.en'}: cannot be read (No such file" in case.refusal()


def test_the_same_text_gives_the_same_bytes(case: Case) -> None:
    def output() -> dict[str, bytes]:
        facts = case.corpus()
        return {path.name: path.read_bytes() for path in case.out.iterdir()} | {"facts": repr(facts).encode()}

    assert output() == output()


def test_captions_are_generated_with_their_meanings(tmp_path: Path) -> None:
    settings = SETTINGS.validate_python(
        {"source": "captions", "seed": 2, "train_pairs": 60, "dev_pairs": 20, "test_pairs": 30}
    )
    facts = make_corpus(settings.job().settings, {}, tmp_path)
    test = make_test_set(settings.job("test").settings, "test", {}, tmp_path)
    assert (facts["train"]["pairs"], facts["dev"]["pairs"], test["pairs"]) == (60, 20, 30)
    assert (test["groups"], facts["taken"], facts["dev_in_test_sets"]) == (30, {}, 0)
    for name in ("train", "dev", "test"):
        sources, meanings = read_lines(tmp_path / f"{name}.src"), read_lines(tmp_path / f"{name}.groups")
        assert [source_of(Caption.from_json(meaning)) for meaning in meanings] == sources
