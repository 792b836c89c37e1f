"""The training text as subwords, for peers that read text: one sentence a line, and the vocabulary."""

from pathlib import Path

from seqkd.data.tokenizer import Tokenizer
from seqkd.utils.files import read_lines, write_lines

SPECIAL = 4
"""Number of special tokens at the start of the vocabulary, which every peer adds by itself."""


def vocabulary(tokenizer: Path) -> list[str]:
    """All subwords in the order of their ids."""
    model = Tokenizer(tokenizer).tgt.model
    return [model.id_to_piece(i) for i in range(model.get_piece_size())]


def write_subwords(corpus: Path, tokenizer: Path, folder: Path) -> None:
    """Write ``train.src`` and ``train.tgt`` as subwords, and ``vocabulary`` without the special tokens."""
    if (folder / "vocabulary").exists():
        return
    tokenizers = Tokenizer(tokenizer)
    for side, model in (("src", tokenizers.src.model), ("tgt", tokenizers.tgt.model)):
        lines = model.encode(read_lines(corpus / f"train.{side}"), out_type=str)
        write_lines(folder / f"train.{side}", [" ".join(subwords) for subwords in lines])
    write_lines(folder / "vocabulary", vocabulary(tokenizer)[SPECIAL:])
