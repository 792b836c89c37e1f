"""``seqkd translate``: lines in, translations out, whatever the lines are."""

import io
import re
import shutil
import sys

import pytest
import torch

from seqkd.__main__ import main
from seqkd.decoding.engine import translate
from seqkd.decoding.settings import SearchSettings
from seqkd.decoding.split import split_line
from seqkd.files import read_lines
from seqkd.models import store
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.tokenizer.tokenizer import Tokenizer


@pytest.fixture
def model(toy, tmp_path):
    """A model of random weights in the results of a run."""
    shutil.copytree(toy.tokenizer, tmp_path / "results" / "tokenizer")
    folder = tmp_path / "results" / "students" / "baseline" / "1"
    settings = TransformerSettings(dim=16, ffn=32, heads=2, encoder_layers=1, decoder_layers=1)
    torch.manual_seed(3)
    names = Tokenizer(toy.tokenizer)
    store.save(store.build(settings, *names.sizes), settings, names.sizes, folder)
    return folder


def said(monkeypatch, capsys, text: bytes, *arguments: str) -> tuple[int, list[str], str]:
    """Exit status, lines and errors of the command."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    status = main(["translate", *arguments])
    found = capsys.readouterr()
    return status, found.out.splitlines(), found.err


@pytest.mark.parametrize("beam", [1, 3])
def test_it_says_what_the_stages_say_in_order_block_by_block(model, toy, monkeypatch, capsys, caplog, beam):
    monkeypatch.setattr("seqkd.decoding.text.BLOCK", 3)
    sources, names = read_lines(toy.test_set / "test.src"), Tokenizer(toy.tokenizer)
    found = translate(store.load(model), names.src.encode(sources), SearchSettings(beam=beam))
    text = "".join(f"{line}\n" for line in sources).encode()
    status, told, errors = said(monkeypatch, capsys, text, str(model), "--beam", str(beam))
    cut = [number for number, one in enumerate(found, 1) if not one[0].finished]
    named = re.findall(r"cut off at the length limit .*?\(lines ([\d, ]+)\)", caplog.text)
    assert (status, errors) == (0, "")
    assert [int(number) for numbers in named for number in numbers.split(", ")] == cut != []
    assert told == [names.tgt.decode(one[0].ids) for one in found] and len(set(told)) > 1


def test_empty_lines_stay_empty_and_blanks_do_not_matter(model, toy, monkeypatch, capsys):
    line = read_lines(toy.test_set / "test.src")[0]
    text = f"\n \t\n{line}\n  {line.replace(' ', '  ')}\r\n".encode()
    status, told, _ = said(monkeypatch, capsys, text, str(model))
    assert status == 0 and told[:2] == ["", ""] and told[2] == told[3] != ""
    assert said(monkeypatch, capsys, b"", str(model)) == (0, [], "")


def test_a_long_line_is_cut_at_sentence_ends_and_that_is_said(model, toy, monkeypatch, capsys, caplog):
    monkeypatch.setattr("seqkd.decoding.text.MOST_SUBWORDS", 40)
    sentences = [f"{line}." for line in read_lines(toy.test_set / "test.src")]
    apart = said(monkeypatch, capsys, "\n".join(sentences).encode(), str(model))[1]
    text = f"{sentences[0]}\n{' '.join(sentences)}\n".encode()
    status, told, _ = said(monkeypatch, capsys, text, str(model))
    assert status == 0 and told[0] == apart[0]
    assert told[1].split() and len(told) == 2
    (record,) = [one.getMessage() for one in caplog.records if "cut into" in one.getMessage()]
    assert record.startswith("line 2: ") and "at most 40 are translated at once; it was cut into" in record


def test_the_parts_of_a_line(toy):
    side = Tokenizer(toy.tokenizer).src
    sentences = [f"{line}." for line in read_lines(toy.test_set / "test.src")]
    most = max(len(ids) for ids in side.encode(sentences))
    parts = [side.decode(ids) for ids in split_line(" ".join(sentences), side, most)]
    assert parts == [side.decode(ids) for ids in side.encode(sentences)]
    for text in ("katze " * 500, "katze" * 500, "\u3002" * 300, "x"):
        found = split_line(text.strip(), side, 7)
        assert all(0 < len(ids) <= 7 for ids in found)
        assert "".join(map(side.decode, found)).replace(" ", "") == side.decode(side.encode([text])[0]).replace(" ", "")
    assert split_line("", side, 7) == []


def test_mistakes_are_told_in_one_line(model, toy, tmp_path, monkeypatch, capsys):
    alone = shutil.copytree(model, tmp_path / "alone")
    for text, arguments, expected in [
        (b"a\n\xff\n", [model], "standard input, line 2: not UTF-8"),
        (b"a\n", [tmp_path], "no model there. Name a folder like"),
        (b"a\n", [alone], "Name it with --tokenizer"),
        (b"a\n", [model, "--beam", "0"], "--beam 0: allowed are 1 to 1000"),
        (b"a\n", [model, "--tokenizer", tmp_path], "no readable SentencePiece model"),
    ]:
        status, told, errors = said(monkeypatch, capsys, text, *map(str, arguments))
        assert status == 1 and not told and errors.count("\n") == 1 and expected in errors
    assert said(monkeypatch, capsys, b"a\n", str(alone), "--tokenizer", str(toy.tokenizer))[0] == 0


def test_a_closed_input_is_told_and_a_path_may_begin_at_home(model, toy, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["translate", str(model)]) == 1
    assert capsys.readouterr().err == "standard input is closed; give the text with `< FILE`\n"
    monkeypatch.setenv("HOME", str(model.parents[3]))
    assert said(monkeypatch, capsys, b"a\n", str(model), "--tokenizer=~/results/tokenizer")[0] == 0
