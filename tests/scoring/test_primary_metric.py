"""Where BLEU can't tell systems apart, counted by hand."""

import pytest

from seqkd.corpus.language import tokenization
from seqkd.scoring.primary_metric import primary_metric


@pytest.mark.parametrize(
    ("references", "tokenize", "name"),
    [
        (["save", "open file", "close all files"], "13a", "chrf"),
        (["save", "save the file now"], "13a", "bleu"),
        (["save", "open", "save the file now"], "13a", "chrf"),
        (["save", "open", "save the old file now"], "13a", "bleu"),
        (["保存文件"], "13a", "chrf"),
        (["保存文件"], "zh", "bleu"),
    ],
)
def test_half_a_4_gram_per_reference_is_needed(references, tokenize, name):
    found = primary_metric(references, tokenize)
    assert found.name == name
    assert bool(found.reason) == (name == "chrf")


def test_the_reason_counts_them():
    found = primary_metric(["save", "open", "save the file now"], "13a")
    assert found.reason.startswith("the 3 references hold 1 sequences of four tokens, so BLEU is undefined")


@pytest.mark.parametrize(
    ("code", "chosen", "name"), [("th", "auto", "chrf"), ("th", "char", "bleu"), ("ja", "auto", "chrf")]
)
def test_chrf_decides_where_no_tokenization_fits_and_none_is_chosen(code, chosen, name):
    found = tokenization(code, chosen)
    metric = primary_metric(["สวัสดีชาวโลก"], found.name, found.is_fallback)
    assert metric.name == name and metric.is_bleu_defined
    assert ("tokens are characters, since no tokenization fits" in metric.reason) == (name == "chrf")
