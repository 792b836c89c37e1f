"""``seqkd translate``: lines in, translations out, whatever the lines are."""

import io
import re
import shutil
import sys

import pytest
import torch

from seqkd.__main__ import main
from seqkd.data.tokenizer import Tokenizer
from seqkd.decoding.generate import translate
from seqkd.decoding.settings import SearchSettings
from seqkd.decoding.split_line import split_line
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.utils.files import read_lines


@pytest.fixture
def model(toy, tmp_path):
    """A model of random weights in the results of a run."""
    shutil.copytree(toy.tokenizer, tmp_path / "results" / "tokenizer")
    folder = tmp_path / "results" / "students" / "baseline" / "1"
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
    torch.manual_seed(3)
    sizes = Tokenizer(toy.tokenizer).sizes
    checkpoint.save(checkpoint.build(settings, *sizes), settings, sizes, folder)
    return folder


def run_translate(monkeypatch, capsys, text: bytes, *arguments: str) -> tuple[int, list[str], str]:
    """Exit status, output lines and errors of the command."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    status = main(["translate", *arguments])
    captured = capsys.readouterr()
    return status, captured.out.splitlines(), captured.err


@pytest.mark.parametrize("beam", [1, 3])
def test_it_translates_block_by_block_like_the_pipeline(model, toy, monkeypatch, capsys, caplog, beam):
    monkeypatch.setattr("seqkd.decoding.translate_text.BLOCK", 3)
    sources, tokenizer = read_lines(toy.test_set / "test.src"), Tokenizer(toy.tokenizer)
    results = translate(checkpoint.load(model), tokenizer.src.encode(sources), SearchSettings(beam=beam))
    text = "".join(f"{line}\n" for line in sources).encode()
    status, output, errors = run_translate(monkeypatch, capsys, text, str(model), "--beam", str(beam))
    truncated = [number for number, (best, *_) in enumerate(results, 1) if not best.finished]
    reported = re.findall(r"cut off at the length limit .*?\(lines ([\d, ]+)\)", caplog.text)
    assert (status, errors) == (0, "")
    assert [int(number) for numbers in reported for number in numbers.split(", ")] == truncated != []
    assert output == [tokenizer.tgt.decode(best.ids) for best, *_ in results] and len(set(output)) > 1


def test_empty_lines_stay_empty_and_blanks_do_not_matter(model, toy, monkeypatch, capsys):
    line = read_lines(toy.test_set / "test.src")[0]
    text = f"\n \t\n{line}\n  {line.replace(' ', '  ')}\r\n".encode()
    status, output, _ = run_translate(monkeypatch, capsys, text, str(model))
    assert status == 0 and output[:2] == ["", ""] and output[2] == output[3] != ""
    assert run_translate(monkeypatch, capsys, b"", str(model)) == (0, [], "")


def test_a_long_line_is_split_at_sentence_ends_with_a_warning(model, toy, monkeypatch, capsys, caplog):
    monkeypatch.setattr("seqkd.decoding.translate_text.MOST_SUBWORDS", 40)
    sentences = [f"{line}." for line in read_lines(toy.test_set / "test.src")]
    single = run_translate(monkeypatch, capsys, "\n".join(sentences).encode(), str(model))[1]
    text = f"{sentences[0]}\n{' '.join(sentences)}\n".encode()
    status, output, _ = run_translate(monkeypatch, capsys, text, str(model))
    assert status == 0 and output[0] == single[0]
    assert output[1].split() and len(output) == 2
    (record,) = [message for message in caplog.messages if "cut into" in message]
    assert record.startswith("line 2: ") and "at most 40 are translated at once; it was cut into" in record


def test_the_segments_of_a_line(toy):
    side = Tokenizer(toy.tokenizer).src
    sentences = [f"{line}." for line in read_lines(toy.test_set / "test.src")]
    most = max(len(ids) for ids in side.encode(sentences))
    segments = [side.decode(ids) for ids in split_line(" ".join(sentences), side, most)]
    assert segments == [side.decode(ids) for ids in side.encode(sentences)]
    for text in ("katze " * 500, "katze" * 500, "\u3002" * 300, "x"):
        parts = split_line(text.strip(), side, 7)
        assert all(0 < len(ids) <= 7 for ids in parts)
        assert "".join(map(side.decode, parts)).replace(" ", "") == side.decode(side.encode([text])[0]).replace(" ", "")
    assert split_line("", side, 7) == []


def test_user_errors_are_reported_in_one_line(model, toy, tmp_path, monkeypatch, capsys):
    copy = shutil.copytree(model, tmp_path / "copy")
    for text, arguments, expected in [
        (b"a\n\xff\n", [model], "standard input, line 2: not UTF-8"),
        (b"a\n", [tmp_path], "no model there. Name a folder like"),
        (b"a\n", [copy], "Name it with --tokenizer"),
        (b"a\n", [model, "--beam", "0"], "--beam 0: allowed are 1 to 1000"),
        (b"a\n", [model, "--tokenizer", tmp_path], "no readable SentencePiece model"),
    ]:
        status, output, errors = run_translate(monkeypatch, capsys, text, *map(str, arguments))
        assert status == 1 and not output and errors.count("\n") == 1 and expected in errors
    assert run_translate(monkeypatch, capsys, b"a\n", str(copy), "--tokenizer", str(toy.tokenizer))[0] == 0


def test_a_closed_input_is_reported_and_a_path_may_begin_at_home(model, toy, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["translate", str(model)]) == 1
    assert capsys.readouterr().err == "standard input is closed; give the text with `< FILE`\n"
    monkeypatch.setenv("HOME", str(model.parents[3]))
    assert run_translate(monkeypatch, capsys, b"a\n", str(model), "--tokenizer=~/results/tokenizer")[0] == 0
