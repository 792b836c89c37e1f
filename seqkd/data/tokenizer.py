"""Sentences to subword ids and back."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import sentencepiece

from seqkd.corpus.text import normalise
from seqkd.data.dataset import BOS, EOS, PAD, UNK
from seqkd.utils.errors import UserError

SIDES = ("src", "tgt")


class SubwordModel:
    """One language's SentencePiece model."""

    def __init__(self, path: Path) -> None:
        self.model = sentencepiece.SentencePieceProcessor()
        try:
            self.model.load(str(path))
        except (OSError, RuntimeError) as error:
            raise UserError(f"{path}: no readable SentencePiece model ({error}). Delete it and run again.") from None
        special_ids = (self.model.pad_id(), self.model.unk_id(), self.model.bos_id(), self.model.eos_id())
        if special_ids != (PAD, UNK, BOS, EOS):
            raise UserError(
                f"{path}: the ids of padding, unknown, begin and end of sentence are {special_ids}, "
                f"not {(PAD, UNK, BOS, EOS)}. Use a model made by the tokenizer stage."
            )

    @property
    def size(self) -> int:
        """Vocabulary size, special tokens included."""
        return int(self.model.get_piece_size())

    def encode(self, lines: Iterable[str]) -> list[list[int]]:
        """Subword ids of each line, without BOS and EOS."""
        return [list(map(int, ids)) for ids in self.model.encode(list(lines), out_type=int, num_threads=1)]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of the ids, normalised like the corpus (byte subwords could spell a line break). PAD, BOS and EOS
        are dropped; UNK gives "\u2047"."""
        return normalise(str(self.model.decode([int(i) for i in ids if i not in (PAD, BOS, EOS)])))


class Tokenizer:
    """Source and target model of ``folder``: ``src.model`` and ``tgt.model``.

    Attributes:
        sizes: vocabulary sizes, source and target.
        shared: whether both are the same model, so that source and target ids mean the same.

    Raises:
        UserError: a model is missing or unusable.
    """

    def __init__(self, folder: Path) -> None:
        self.src, self.tgt = (SubwordModel(folder / f"{side}.model") for side in SIDES)
        self.sizes = (self.src.size, self.tgt.size)
        self.shared = (folder / "src.model").read_bytes() == (folder / "tgt.model").read_bytes()
