"""The tokenizer stage: SentencePiece models trained on the training set, and the subword ids of train and dev."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Any

import sentencepiece

from seqkd.corpus.text import count_words
from seqkd.data.dataset import BOS, EOS, PAD, UNK, write_ids
from seqkd.data.tokenizer import SIDES, SubwordModel, Tokenizer
from seqkd.data.tokenizer_settings import TokenizerSettings
from seqkd.utils.errors import UserError
from seqkd.utils.files import atomic_write, copy_verified
from seqkd.utils.lines import iter_lines

MAX_LINE_BYTES = 1 << 20
"""Longest line that SentencePiece trains on; its default (4192 bytes) silently drops longer ones."""
BATCH = 10000
"""Lines encoded at once."""

log = logging.getLogger(__name__)


def make_tokenizer(
    settings: TokenizerSettings, corpus: Path, folder: Path, given: dict[str, str] | None = None
) -> dict[str, Any]:
    """Train the models on ``corpus/train.*``, or copy the ``given`` ones; write them and the ids of train and dev.

    Writes ``{src,tgt}.model`` (identical files if shared) and ``{train,dev}/{src,tgt}.{ids,offsets}.npy``.

    Args:
        given: pretrained models, path -> SHA-256.

    Returns:
        Facts: ``shared``; ``vocabulary`` {side: subwords}; ``train`` and ``dev`` {side: ``sentences``,
        ``pieces_per_sentence``, ``pieces_per_word``, ``characters_per_piece``, ``unknown`` (subwords)}.

    Raises:
        UserError: the text is too small for ``tokenizer.vocab_size``, or has more distinct characters than that; a
            given model has changed.
    """
    for path, checksum in (given or {}).items():
        copy_verified(Path(path), checksum, folder)
    if not given:
        _train_models(settings, corpus, folder)
    return _write_ids(Tokenizer(folder), corpus, folder)


def _train_models(settings: TokenizerSettings, corpus: Path, folder: Path) -> None:
    samples = {side: _Sample(corpus / f"train.{side}", settings.max_training_sentences) for side in SIDES}
    if settings.shared_vocab:
        models = dict.fromkeys(SIDES, _train_model(settings, chain(*samples.values())))
    else:
        models = {side: _train_model(settings, sample) for side, sample in samples.items()}
    for side, model in models.items():
        _save(model, folder / f"{side}.model")


def _write_ids(tokenizer: Tokenizer, corpus: Path, folder: Path) -> dict[str, Any]:
    sides = dict(zip(SIDES, (tokenizer.src, tokenizer.tgt), strict=True))
    facts: dict[str, Any] = {
        "shared": tokenizer.shared,
        "vocabulary": {name: side.size for name, side in sides.items()},
    }
    for split in ("train", "dev"):
        facts[split] = {}
        for name, side in sides.items():
            counts = _Counts()
            write_ids(folder / split, name, counts.encode(side, corpus / f"{split}.{name}"))
            facts[split][name] = counts.facts()
            log.info("%s.%s: %s", split, name, facts[split][name])
    return facts


@dataclass(frozen=True)
class _Sample:
    """At most ``limit`` lines of a file, evenly spaced."""

    path: Path
    limit: int

    def __iter__(self) -> Iterator[str]:
        total = sum(1 for _ in iter_lines(self.path))
        limit = min(self.limit, total)
        for i, line in enumerate(iter_lines(self.path)):
            if (i + 1) * limit // total > i * limit // total:
                yield line


def _train_model(settings: TokenizerSettings, sample: Iterable[str]) -> bytes:
    """A serialised SentencePiece model.

    One thread, since sums over threads depend on their number. The corpus stage has normalised the text, so
    SentencePiece does not ("identity").
    """
    model = BytesIO()
    log.info("Training a %s tokenizer with %d subwords.", settings.type, settings.vocab_size)
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sample),
            model_writer=model,
            model_type=settings.type,
            vocab_size=settings.vocab_size,
            character_coverage=settings.character_coverage,
            byte_fallback=settings.byte_fallback,
            normalization_rule_name="identity",
            max_sentence_length=MAX_LINE_BYTES,
            shuffle_input_sentence=False,
            num_threads=1,
            pad_id=PAD,
            unk_id=UNK,
            bos_id=BOS,
            eos_id=EOS,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise _user_error(settings.vocab_size, str(error)) from None
    return model.getvalue()


def _user_error(vocabulary: int, message: str) -> UserError:
    """SentencePiece's error message in terms of the config key."""
    if match := re.search(r"too high .*<= (\d+)", message):
        reason = f"the training text gives at most {match[1]} subwords. Lower it to that or less, or use more text"
    elif match := re.search(r"smaller than required_chars\. \d+ vs (\d+)", message):
        reason = f"the characters of the training text need {match[1]} subwords. Raise it, or lower character_coverage"
    else:
        reason = f"SentencePiece cannot be trained on the training text ({message})"
    return UserError(f"tokenizer.vocab_size: {vocabulary}; {reason}.")


def _save(model: bytes, path: Path) -> None:
    with atomic_write(path) as tmp_path:
        tmp_path.write_bytes(model)


@dataclass
class _Counts:
    """Sums over the lines of one side of a split."""

    sentences: int = 0
    subwords: int = 0
    words: int = 0
    characters: int = 0
    unknown: int = 0

    def encode(self, side: SubwordModel, path: Path) -> Iterator[list[int]]:
        """The ids of each line of the file; counts them."""
        remaining = iter_lines(path)
        while batch := list(islice(remaining, BATCH)):
            for line, ids in zip(batch, side.encode(batch), strict=True):
                self.sentences += 1
                self.subwords += len(ids)
                self.words += count_words(line)
                self.characters += len(line)
                self.unknown += ids.count(UNK)
                yield ids

    def facts(self) -> dict[str, Any]:
        return {
            "sentences": self.sentences,
            "pieces_per_sentence": round(self.subwords / max(1, self.sentences), 2),
            "pieces_per_word": round(self.subwords / max(1, self.words), 3),
            "characters_per_piece": round(self.characters / max(1, self.subwords), 3),
            "unknown": self.unknown,
        }
