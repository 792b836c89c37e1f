"""The text that is measured on: Multi30k de-en as its config has it, or captions where it cannot be had."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.turns import ROOT, say
from seqkd.config import load
from seqkd.corpus.download import downloads
from seqkd.corpus.fetch import fetch
from seqkd.corpus.make import make_corpus, make_test_set
from seqkd.corpus.settings import CaptionsSettings, CorpusSettings
from seqkd.corpus.slices import corpus_slice, test_set_slice, test_sets
from seqkd.errors import UserError
from seqkd.files import write_text
from seqkd.tokenizer.make import make_tokenizer
from seqkd.tokenizer.settings import TokenizerSettings

CONFIG = ROOT / "configs" / "multi30k-de-en.yaml"
VOCABULARY = 8000


@dataclass(frozen=True)
class Text:
    """Folders of a corpus, its first test set and a tokenizer, and what the text is called."""

    name: str
    corpus: Path
    test: Path
    tokenizer: Path
    bleu_tokenize: str = "13a"


def prepare(cache: Path, *, quick: bool) -> Text:
    """The text, made once and kept in ``cache``; for a smoke run a few captions."""
    if quick:
        few = CaptionsSettings(train_pairs=600, dev_pairs=20, test_pairs=50)
        return _made(cache / "few-captions", "a few captions", few, 400)
    try:
        return _made(cache / "multi30k", "Multi30k de-en", load(CONFIG).corpus, VOCABULARY)
    except UserError as error:
        say(f"no Multi30k, captions instead: {error}")
        return _made(cache / "captions", "captions de-en", CaptionsSettings(train_pairs=29000), VOCABULARY // 8)


def _made(folder: Path, name: str, settings: CorpusSettings, vocabulary: int) -> Text:
    text = Text(name, folder / "corpus", folder / "test", folder / "tokenizer")
    files = {}
    for file, wanted in downloads(settings).items():
        files[file] = folder / "download" / file
        if not files[file].exists():
            fetch(wanted, files[file], folder / "download" / "state")
    first = test_sets(settings)[0]
    _once(text.corpus, lambda: make_corpus(corpus_slice(settings), files, text.corpus))
    _once(text.test, lambda: make_test_set(test_set_slice(settings, first), first, files, text.test))
    pieces = TokenizerSettings(vocabulary=vocabulary)
    _once(text.tokenizer, lambda: make_tokenizer(pieces, text.corpus, text.tokenizer))
    return text


def _once(folder: Path, make: Callable[[], Any]) -> None:
    """Make a folder unless it was made to its end before."""
    if not (folder / "made").exists():
        make()
        write_text(folder / "made", "")
