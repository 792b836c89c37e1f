"""The benchmark corpus: Multi30k de-en as in its config, or synthetic captions if it cannot be downloaded."""

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
    """Folders of a corpus, its first test set and a tokenizer, and the name of the corpus."""

    name: str
    corpus: Path
    test: Path
    tokenizer: Path
    bleu_tokenize: str = "13a"


def prepare(cache: Path, *, quick: bool) -> Text:
    """The corpus, made once and kept in ``cache``; a few captions for a smoke test."""
    if quick:
        settings = CaptionsSettings(train_pairs=600, dev_pairs=20, test_pairs=50)
        return _make(cache / "few-captions", "a few captions", settings, 400)
    try:
        return _make(cache / "multi30k", "Multi30k de-en", load(CONFIG).corpus, VOCABULARY)
    except UserError as error:
        say(f"Multi30k is not available, using captions: {error}")
        return _make(cache / "captions", "captions de-en", CaptionsSettings(train_pairs=29000), VOCABULARY // 8)


def _make(folder: Path, name: str, settings: CorpusSettings, vocabulary: int) -> Text:
    text = Text(name, folder / "corpus", folder / "test", folder / "tokenizer")
    files = {}
    for file, download in downloads(settings).items():
        files[file] = folder / "download" / file
        if not files[file].exists():
            fetch(download, files[file], folder / "download" / "state")
    test_set = test_sets(settings)[0]
    _once(text.corpus, lambda: make_corpus(corpus_slice(settings), files, text.corpus))
    _once(text.test, lambda: make_test_set(test_set_slice(settings, test_set), test_set, files, text.test))
    tokenizer = TokenizerSettings(vocab_size=vocabulary)
    _once(text.tokenizer, lambda: make_tokenizer(tokenizer, text.corpus, text.tokenizer))
    return text


def _once(folder: Path, make: Callable[[], Any]) -> None:
    """Make a folder unless it is already complete."""
    if not (folder / "made").exists():
        make()
        write_text(folder / "made", "")
