"""The tokenizer stage: SentencePiece models learned from the training set, and the ids of train and dev."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Any

import sentencepiece

from seqkd.batches.dataset import BOS, EOS, PAD, UNK, write_ids
from seqkd.corpus.text import words
from seqkd.errors import UserError
from seqkd.files import copied, written
from seqkd.lines import lines
from seqkd.tokenizer.settings import TokenizerSettings
from seqkd.tokenizer.tokenizer import SIDES, Side, Tokenizer

LONGEST = 1 << 20
"""Bytes of a line at most that SentencePiece learns from; its own default (4192) leaves long lines out in silence."""
BATCH = 10000

log = logging.getLogger(__name__)


def make_tokenizer(
    settings: TokenizerSettings, corpus: Path, folder: Path, given: dict[str, str] | None = None
) -> dict[str, Any]:
    """Learn the models from ``corpus/train.*``, or take the ``given`` ones; write them with the ids of train and dev.

    Writes ``{src,tgt}.model`` (identical files if shared) and ``{train,dev}/{src,tgt}.{ids,offsets}.npy``.

    Args:
        given: models of another run, path: SHA-256.

    Returns:
        Facts: ``shared``; ``vocabulary`` {side: pieces}; ``train`` and ``dev`` {side: ``sentences``,
        ``pieces_per_sentence``, ``pieces_per_word``, ``characters_per_piece``, ``unknown`` (pieces)}.

    Raises:
        UserError: the text is too small for ``tokenizer.vocabulary``, or has more characters than that; a given model
            has changed.
    """
    for path, checksum in (given or {}).items():
        copied(Path(path), checksum, folder)
    if not given:
        _learn_both(settings, corpus, folder)
    return _write_ids(Tokenizer(folder), corpus, folder)


def _learn_both(settings: TokenizerSettings, corpus: Path, folder: Path) -> None:
    texts = {side: _Sample(corpus / f"train.{side}", settings.sentences) for side in SIDES}
    if settings.shared:
        model = _learn(settings, chain(*texts.values()))
        models = dict.fromkeys(SIDES, model)
    else:
        models = {side: _learn(settings, iter(text)) for side, text in texts.items()}
    for side, model in models.items():
        _save(model, folder / f"{side}.model")


def _write_ids(tokenizer: Tokenizer, corpus: Path, folder: Path) -> dict[str, Any]:
    sides = dict(zip(SIDES, (tokenizer.src, tokenizer.tgt), strict=True))
    facts: dict[str, Any] = {
        "shared": tokenizer.shared,
        "vocabulary": {name: side.size for name, side in sides.items()},
    }
    for part in ("train", "dev"):
        facts[part] = {}
        for name, side in sides.items():
            counts = _Counts()
            write_ids(folder / part, name, counts.counted(side, corpus / f"{part}.{name}"))
            facts[part][name] = counts.facts()
            log.info("%s.%s: %s", part, name, facts[part][name])
    return facts


@dataclass(frozen=True)
class _Sample:
    """At most ``limit`` lines of a file, spread evenly over it."""

    path: Path
    limit: int

    def __iter__(self) -> Iterator[str]:
        total = sum(1 for _ in lines(self.path))
        limit = min(self.limit, total)
        for number, line in enumerate(lines(self.path)):
            if (number + 1) * limit // total > number * limit // total:
                yield line


def _learn(settings: TokenizerSettings, sample: Iterable[str]) -> bytes:
    """A SentencePiece model; one thread, since sums over threads depend on their number.

    Normalisation is the corpus stage's, so SentencePiece has none of its own ("identity").
    """
    model = BytesIO()
    log.info("Learning %d %s pieces.", settings.vocabulary, settings.type)
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sample),
            model_writer=model,
            model_type=settings.type,
            vocab_size=settings.vocabulary,
            character_coverage=settings.character_coverage,
            byte_fallback=settings.byte_fallback,
            normalization_rule_name="identity",
            max_sentence_length=LONGEST,
            shuffle_input_sentence=False,
            num_threads=1,
            pad_id=PAD,
            unk_id=UNK,
            bos_id=BOS,
            eos_id=EOS,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise _explained(settings.vocabulary, str(error)) from None
    return model.getvalue()


def _explained(vocabulary: int, message: str) -> UserError:
    """SentencePiece's message as one about the key in the config."""
    if found := re.search(r"too high .*<= (\d+)", message):
        limit = f"the training text gives at most {found[1]} pieces. Lower it to that or less, or use more text"
    elif found := re.search(r"smaller than required_chars\. \d+ vs (\d+)", message):
        limit = (
            f"the training text has characters for {found[1]} pieces at least. Raise it, or lower character_coverage"
        )
    else:
        limit = f"SentencePiece cannot learn from the training text ({message})"
    return UserError(f"tokenizer.vocabulary: {vocabulary}; {limit}.")


def _save(model: bytes, path: Path) -> None:
    with written(path) as beside:
        beside.write_bytes(model)


@dataclass
class _Counts:
    """Sums over the lines of one side of a set."""

    sentences: int = 0
    pieces: int = 0
    words: int = 0
    characters: int = 0
    unknown: int = 0

    def counted(self, side: Side, path: Path) -> Iterator[list[int]]:
        """The ids of each line of the file, added up on the way."""
        rest = lines(path)
        while batch := list(islice(rest, BATCH)):
            for line, ids in zip(batch, side.encode(batch), strict=True):
                self.sentences += 1
                self.pieces += len(ids)
                self.words += words(line)
                self.characters += len(line)
                self.unknown += ids.count(UNK)
                yield ids

    def facts(self) -> dict[str, Any]:
        return {
            "sentences": self.sentences,
            "pieces_per_sentence": round(self.pieces / max(1, self.sentences), 2),
            "pieces_per_word": round(self.pieces / max(1, self.words), 3),
            "characters_per_piece": round(self.characters / max(1, self.pieces), 3),
            "unknown": self.unknown,
        }
