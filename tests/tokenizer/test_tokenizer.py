import re
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from seqkd.batches.dataset import Dataset
from seqkd.errors import UserError
from seqkd.files import read_lines, sha256, write_lines
from seqkd.tokenizer.make import _Sample, make_tokenizer
from seqkd.tokenizer.settings import TokenizerSettings
from seqkd.tokenizer.tokenizer import Tokenizer

RANDOM = Random(1)
SYLLABLES = [first + vowel for first, vowel in product("bdfgklmnprst", "aeiouü")]
WORDS = ["".join(RANDOM.choices(SYLLABLES, k=RANDOM.randint(1, 4))) for _ in range(300)]
GERMAN = [" ".join(RANDOM.choices(WORDS, k=6)) for _ in range(300)]
ENGLISH = [" ".join(reversed(line.replace("ü", "y").split())) for line in GERMAN]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    write_lines(folder / "train.src", GERMAN)
    write_lines(folder / "train.tgt", ENGLISH)
    write_lines(folder / "dev.src", ["bade", "日 bade"])
    write_lines(folder / "dev.tgt", ["bade", "kuti"])
    return folder


def make(corpus: Path, name: str = "tokenizer", **settings: Any) -> tuple[dict[str, Any], Path]:
    folder = corpus.parent / name
    return make_tokenizer(TokenizerSettings(**{"vocabulary": 80} | settings), corpus, folder), folder


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
@pytest.mark.parametrize("shared", [True, False])
def test_text_goes_to_ids_and_back(corpus: Path, kind: str, shared: bool) -> None:
    facts, folder = make(corpus, type=kind, shared=shared)
    tokenizer = Tokenizer(folder)
    data = Dataset(folder / "train")
    assert tokenizer.shared is shared is facts["shared"]
    assert facts["vocabulary"] == {"src": 80, "tgt": 80} == {"src": tokenizer.src.size, "tgt": tokenizer.tgt.size}
    assert [tokenizer.src.decode(data.src[index].tolist()) for index in range(len(data))] == GERMAN
    assert [tokenizer.tgt.decode(data.tgt[index].tolist()) for index in range(len(data))] == ENGLISH
    assert data.src.ids.min() > 3
    assert facts["train"]["src"]["pieces_per_sentence"] == round(len(data.src.ids) / len(GERMAN), 2)
    assert facts["train"]["src"]["pieces_per_word"] == round(len(data.src.ids) / (6 * len(GERMAN)), 3)
    assert facts["train"]["src"]["characters_per_piece"] == round(sum(map(len, GERMAN)) / len(data.src.ids), 3)
    assert facts["dev"]["src"]["unknown"] == 1
    assert facts["train"]["src"]["unknown"] == 0


def test_words_are_the_most_frequent_ones_and_the_rest_is_unknown(corpus: Path) -> None:
    write_lines(corpus / "train.src", ["to be , to be , to be &apos;s", "to see to be ,", "to &apos;s"])
    _, folder = make(corpus, type="word", shared=False, vocabulary=8)
    side = Tokenizer(folder).src
    assert [side.model.id_to_piece(number).strip("▁") for number in range(4, 8)] == ["to", "be", ",", "&apos;s"]
    assert side.encode(["to be , not", "or not to be"]) == [[4, 5, 6, 1], [1, 4, 5]]
    assert side.decode([4, 5, 6]) == "to be ,"


def test_equal_settings_give_equal_bytes(corpus: Path) -> None:
    (facts, one), (again, other) = make(corpus, "one"), make(corpus, "other")
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*") if path.is_file())
    assert len(names) == 10
    assert {name: sha256(one / name) for name in names} == {name: sha256(other / name) for name in names}
    assert facts == again


def test_a_shared_vocabulary_is_learned_from_both_sides(corpus: Path) -> None:
    _, folder = make(corpus, character_coverage=1.0)
    assert sha256(folder / "src.model") == sha256(folder / "tgt.model")
    assert not any(1 in ids for ids in Tokenizer(folder).src.encode(ENGLISH))


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_too_large_a_vocabulary_tells_the_largest_that_works(corpus: Path, kind: str) -> None:
    with pytest.raises(UserError, match=r"tokenizer\.vocabulary: 50000; .* at most") as told:
        make(corpus, type=kind, vocabulary=50000)
    found = re.search(r"at most (\d+) pieces", str(told.value))
    assert found
    facts, _ = make(corpus, type=kind, vocabulary=int(found[1]))
    assert facts["vocabulary"]["src"] == int(found[1])


def test_too_small_a_vocabulary_tells_the_least(corpus: Path) -> None:
    with pytest.raises(UserError, match=r"tokenizer\.vocabulary: 8; .*characters for \d+ pieces at least"):
        make(corpus, vocabulary=8)


def test_lines_longer_than_the_library_expects_are_learned_from(corpus: Path) -> None:
    write_lines(corpus / "train.src", [*GERMAN, " ".join(["ж"] * 5000)])
    _, folder = make(corpus, shared=False)
    assert 1 not in Tokenizer(folder).src.encode(["ж"])[0]


def test_a_sample_is_spread_over_the_corpus(tmp_path: Path) -> None:
    write_lines(tmp_path / "text", [str(number) for number in range(10)])
    assert list(_Sample(tmp_path / "text", 4)) == ["2", "4", "7", "9"]
    assert list(_Sample(tmp_path / "text", 10)) == list(_Sample(tmp_path / "text", 99)) == list("0123456789")


def test_byte_fallback_spells_any_character_but_never_a_line_break(corpus: Path) -> None:
    facts, folder = make(corpus, vocabulary=380, byte_fallback=True)
    side = Tokenizer(folder).src
    assert facts["dev"]["src"]["unknown"] == 0
    assert side.decode(side.encode(["日 bade"])[0]) == "日 bade"
    broken = [side.model.piece_to_id(piece) for piece in ("<0x0A>", "<0x00>", "<0xE2>", "<0x80>", "<0xA8>", "<0xFF>")]
    word = side.encode(["bade"])[0]
    assert len(side.decode([*word, *broken, *word]).splitlines()) == 1


def test_special_ids_and_markup_in_the_text(corpus: Path) -> None:
    _, folder = make(corpus)
    side = Tokenizer(folder).src
    ids = side.encode(["bade"])[0]
    assert side.decode([2, *ids, 3, 0, 0]) == "bade"
    assert not {0, 2, 3} & set(side.encode(["<s> bade </s> <pad>"])[0])
    assert side.encode([]) == []
    assert side.encode([""]) == [[]]
    assert side.decode([]) == ""


def test_a_model_that_is_none_or_foreign_is_refused(corpus: Path) -> None:
    _, folder = make(corpus)
    (folder / "src.model").write_bytes(b"no model")
    with pytest.raises(UserError, match=r"src\.model"):
        Tokenizer(folder)
    (folder / "src.model").unlink()
    with pytest.raises(UserError, match=r"src\.model"):
        Tokenizer(folder)


def test_ids_of_dev_are_those_of_its_lines(corpus: Path) -> None:
    _, folder = make(corpus)
    data, tokenizer = Dataset(folder / "dev"), Tokenizer(folder)
    assert data.tgt[1].tolist() == tokenizer.tgt.encode(read_lines(corpus / "dev.tgt"))[1]
