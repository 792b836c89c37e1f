"""The training text as pieces, for peers that read text: one line a sentence, and the vocabulary."""

from pathlib import Path

from seqkd.files import read_lines, write_lines
from seqkd.tokenizer.tokenizer import Tokenizer

SPECIAL = 4
"""Pieces at the vocabulary's start that every peer adds by itself."""


def vocabulary(tokenizer: Path) -> list[str]:
    """All pieces in the order of their ids."""
    model = Tokenizer(tokenizer).tgt.model
    return [model.id_to_piece(i) for i in range(model.get_piece_size())]


def write_pieces(corpus: Path, tokenizer: Path, folder: Path) -> None:
    """Write ``train.src`` and ``train.tgt`` in pieces and ``vocabulary``, the pieces but the special ones."""
    if (folder / "vocabulary").exists():
        return
    sides = Tokenizer(tokenizer)
    for name, side in (("src", sides.src), ("tgt", sides.tgt)):
        lines = side.model.encode(read_lines(corpus / f"train.{name}"), out_type=str)
        write_lines(folder / f"train.{name}", [" ".join(pieces) for pieces in lines])
    write_lines(folder / "vocabulary", vocabulary(tokenizer)[SPECIAL:])
