"""Sentences to piece ids and back."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import sentencepiece

from seqkd.batches.dataset import BOS, EOS, PAD, UNK
from seqkd.corpus.text import normalise
from seqkd.errors import UserError

SIDES = ("src", "tgt")


class Side:
    """One language's SentencePiece model."""

    def __init__(self, path: Path) -> None:
        self.model = sentencepiece.SentencePieceProcessor()
        try:
            self.model.load(str(path))
        except (OSError, RuntimeError) as error:
            raise UserError(f"{path}: no readable SentencePiece model ({error}). Delete it and run again.") from None
        found = (self.model.pad_id(), self.model.unk_id(), self.model.bos_id(), self.model.eos_id())
        if found != (PAD, UNK, BOS, EOS):
            raise UserError(
                f"{path}: the ids of padding, unknown, begin and end are {found}, not {(PAD, UNK, BOS, EOS)}. "
                "Use a model made by the tokenizer stage."
            )

    @property
    def size(self) -> int:
        """Number of pieces, special ones included."""
        return int(self.model.get_piece_size())

    def encode(self, lines: Iterable[str]) -> list[list[int]]:
        """Piece ids of each line, without begin and end of sentence."""
        return [list(map(int, ids)) for ids in self.model.encode(list(lines), out_type=int, num_threads=1)]

    def decode(self, ids: Sequence[int]) -> str:
        """The line that the pieces spell, normalised as the corpus is (pieces that stand for bytes could spell a
        line break); padding, begin and end give nothing, an unknown piece gives "\u2047"."""
        return normalise(str(self.model.decode([int(one) for one in ids if one not in (PAD, BOS, EOS)])))


class Tokenizer:
    """Both sides of ``folder``: ``src.model`` and ``tgt.model``.

    ``shared`` says whether they are the same model, so that source and target ids mean the same; ``sizes`` how many
    pieces they have.

    Raises:
        UserError: a model is missing or unusable.
    """

    def __init__(self, folder: Path) -> None:
        self.src, self.tgt = (Side(folder / f"{side}.model") for side in SIDES)
        self.sizes = (self.src.size, self.tgt.size)
        self.shared = (folder / "src.model").read_bytes() == (folder / "tgt.model").read_bytes()
