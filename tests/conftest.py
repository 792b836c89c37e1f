"""Shared fixtures: a toy corpus with its tokenizer, and single-threaded torch."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@dataclass(frozen=True)
class Toy:
    corpus: Path
    tokenizer: Path
    test_set: Path


@pytest.fixture(scope="session")
def toy(tmp_path_factory) -> Toy:
    """A corpus of 40 + 8 toy sentences, its tokenizer, and a test set of the dev sentences."""
    from toy import write_corpus

    from seqkd.data.tokenizer_settings import TokenizerSettings
    from seqkd.data.train_tokenizer import make_tokenizer

    root = tmp_path_factory.mktemp("toy")
    write_corpus(root / "corpus")
    make_tokenizer(TokenizerSettings(vocab_size=40), root / "corpus", root / "tokenizer")
    (root / "test").mkdir()
    for side in ("src", "tgt", "groups"):
        (root / "test" / f"test.{side}").write_bytes((root / "corpus" / f"dev.{side}").read_bytes())
    return Toy(root / "corpus", root / "tokenizer", root / "test")


@pytest.fixture(autouse=True, scope="session")
def single_threaded() -> None:
    import torch

    torch.set_num_threads(1)
