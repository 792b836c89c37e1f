import re
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from seqkd.data.dataset import Dataset
from seqkd.data.tokenizer import Tokenizer
from seqkd.data.tokenizer_settings import TokenizerSettings
from seqkd.data.train_tokenizer import _Sample, make_tokenizer
from seqkd.utils.errors import UserError
from seqkd.utils.files import read_lines, sha256, write_lines

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
    return make_tokenizer(TokenizerSettings(**{"vocab_size": 80} | settings), corpus, folder), folder


@pytest.mark.parametrize("algorithm", ["unigram", "bpe"])
@pytest.mark.parametrize("shared", [True, False])
def test_encoding_and_decoding_give_the_text_back(corpus: Path, algorithm: str, shared: bool) -> None:
    facts, folder = make(corpus, type=algorithm, shared_vocab=shared)
    tokenizer = Tokenizer(folder)
    data = Dataset(folder / "train")
    assert tokenizer.shared is shared is facts["shared"]
    assert facts["vocabulary"] == {"src": 80, "tgt": 80} == {"src": tokenizer.src.size, "tgt": tokenizer.tgt.size}
    assert [tokenizer.src.decode(data.src[i].tolist()) for i in range(len(data))] == GERMAN
    assert [tokenizer.tgt.decode(data.tgt[i].tolist()) for i in range(len(data))] == ENGLISH
    assert data.src.ids.min() > 3
    assert facts["train"]["src"]["pieces_per_sentence"] == round(len(data.src.ids) / len(GERMAN), 2)
    assert facts["train"]["src"]["pieces_per_word"] == round(len(data.src.ids) / (6 * len(GERMAN)), 3)
    assert facts["train"]["src"]["characters_per_piece"] == round(sum(map(len, GERMAN)) / len(data.src.ids), 3)
    assert facts["dev"]["src"]["unknown"] == 1
    assert facts["train"]["src"]["unknown"] == 0


def test_type_word_keeps_the_most_frequent_words_and_others_are_unknown(corpus: Path) -> None:
    write_lines(corpus / "train.src", ["to be , to be , to be &apos;s", "to see to be ,", "to &apos;s"])
    _, folder = make(corpus, type="word", shared_vocab=False, vocab_size=8)
    side = Tokenizer(folder).src
    assert [side.model.id_to_piece(i).strip("▁") for i in range(4, 8)] == ["to", "be", ",", "&apos;s"]
    assert side.encode(["to be , not", "or not to be"]) == [[4, 5, 6, 1], [1, 4, 5]]
    assert side.decode([4, 5, 6]) == "to be ,"


def test_equal_settings_give_equal_bytes(corpus: Path) -> None:
    (facts_a, a), (facts_b, b) = make(corpus, "a"), make(corpus, "b")
    names = sorted(str(path.relative_to(a)) for path in a.rglob("*") if path.is_file())
    assert len(names) == 10
    assert {name: sha256(a / name) for name in names} == {name: sha256(b / name) for name in names}
    assert facts_a == facts_b


def test_a_shared_vocabulary_is_trained_on_both_sides(corpus: Path) -> None:
    _, folder = make(corpus, character_coverage=1.0)
    assert sha256(folder / "src.model") == sha256(folder / "tgt.model")
    assert not any(1 in ids for ids in Tokenizer(folder).src.encode(ENGLISH))


@pytest.mark.parametrize("algorithm", ["unigram", "bpe"])
def test_the_message_for_too_large_a_vocabulary_gives_the_largest_that_works(corpus: Path, algorithm: str) -> None:
    with pytest.raises(UserError, match=r"tokenizer\.vocab_size: 50000; .* at most") as error:
        make(corpus, type=algorithm, vocab_size=50000)
    match = re.search(r"at most (\d+) subwords", str(error.value))
    assert match
    facts, _ = make(corpus, type=algorithm, vocab_size=int(match[1]))
    assert facts["vocabulary"]["src"] == int(match[1])


def test_the_message_for_too_small_a_vocabulary_gives_the_minimum(corpus: Path) -> None:
    with pytest.raises(UserError, match=r"tokenizer\.vocab_size: 8; .*characters .* need \d+ subwords"):
        make(corpus, vocab_size=8)


def test_lines_longer_than_sentencepieces_default_limit_are_used(corpus: Path) -> None:
    write_lines(corpus / "train.src", [*GERMAN, " ".join(["ж"] * 5000)])
    _, folder = make(corpus, shared_vocab=False)
    assert 1 not in Tokenizer(folder).src.encode(["ж"])[0]


def test_a_sample_is_evenly_spaced(tmp_path: Path) -> None:
    write_lines(tmp_path / "text", [str(i) for i in range(10)])
    assert list(_Sample(tmp_path / "text", 4)) == ["2", "4", "7", "9"]
    assert list(_Sample(tmp_path / "text", 10)) == list(_Sample(tmp_path / "text", 99)) == list("0123456789")


def test_byte_fallback_encodes_any_character_but_decodes_no_line_break(corpus: Path) -> None:
    facts, folder = make(corpus, vocab_size=380, byte_fallback=True)
    side = Tokenizer(folder).src
    assert facts["dev"]["src"]["unknown"] == 0
    assert side.decode(side.encode(["日 bade"])[0]) == "日 bade"
    breaks = [side.model.piece_to_id(byte) for byte in ("<0x0A>", "<0x00>", "<0xE2>", "<0x80>", "<0xA8>", "<0xFF>")]
    word = side.encode(["bade"])[0]
    assert len(side.decode([*word, *breaks, *word]).splitlines()) == 1


def test_special_ids_are_dropped_and_markup_is_text(corpus: Path) -> None:
    _, folder = make(corpus)
    side = Tokenizer(folder).src
    ids = side.encode(["bade"])[0]
    assert side.decode([2, *ids, 3, 0, 0]) == "bade"
    assert not {0, 2, 3} & set(side.encode(["<s> bade </s> <pad>"])[0])
    assert side.encode([]) == []
    assert side.encode([""]) == [[]]
    assert side.decode([]) == ""


def test_a_broken_or_missing_model_is_refused(corpus: Path) -> None:
    _, folder = make(corpus)
    (folder / "src.model").write_bytes(b"no model")
    with pytest.raises(UserError, match=r"src\.model"):
        Tokenizer(folder)
    (folder / "src.model").unlink()
    with pytest.raises(UserError, match=r"src\.model"):
        Tokenizer(folder)


def test_ids_of_dev_encode_its_lines(corpus: Path) -> None:
    _, folder = make(corpus)
    data, tokenizer = Dataset(folder / "dev"), Tokenizer(folder)
    assert data.tgt[1].tolist() == tokenizer.tgt.encode(read_lines(corpus / "dev.tgt"))[1]
