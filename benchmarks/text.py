"""The benchmark corpus: Multi30k de-en as in its config, or synthetic captions if it cannot be downloaded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.turns import ROOT, say
from seqkd.config import load
from seqkd.corpus.download.fetch import fetch
from seqkd.corpus.make import make_corpus, make_test_set
from seqkd.corpus.source import SourceSettings, all_jobs
from seqkd.corpus.sources.captions import CaptionsSettings
from seqkd.data.tokenizer_settings import TokenizerSettings
from seqkd.data.train_tokenizer import make_tokenizer
from seqkd.utils.errors import UserError
from seqkd.utils.files import write_text

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


def _make(folder: Path, name: str, settings: SourceSettings, vocabulary: int) -> Text:
    text = Text(name, folder / "corpus", folder / "test", folder / "tokenizer")
    files = {}
    for job in all_jobs(settings):
        for file, download in job.downloads.items():
            files[file] = folder / "download" / file
            if not files[file].exists():
                fetch(download, files[file], folder / "download" / "state")
    test_set = settings.test_set_names[0]
    _once(text.corpus, lambda: make_corpus(settings.job().settings, files, text.corpus))
    _once(text.test, lambda: make_test_set(settings.job(test_set).settings, test_set, files, text.test))
    tokenizer = TokenizerSettings(vocab_size=vocabulary)
    _once(text.tokenizer, lambda: make_tokenizer(tokenizer, text.corpus, text.tokenizer))
    return text


def _once(folder: Path, make: Callable[[], Any]) -> None:
    """Make a folder unless it is already complete."""
    if not (folder / "made").exists():
        make()
        write_text(folder / "made", "")
