"""How text is cut into pieces: the ``tokenizer:`` section."""

from typing import Literal

from pydantic import Field

from seqkd.settings import Folder, Settings


class TokenizerSettings(Settings):
    """SentencePiece models, learned from the training set, or those of another run."""

    folder: Folder | None = Field(
        None,
        description="A tokenizer that there is: `results/tokenizer` of another run, or a copy. Its pieces are used and "
        "none are learned; of the other keys `shared` alone may be written.",
    )

    type: Literal["unigram", "bpe", "word"] = Field(
        "unigram",
        description="Algorithm of SentencePiece. `word` cuts at blanks alone, for text that is tokenised already, and "
        "keeps the most frequent words; words unknown to it that stand side by side are one unknown piece.",
    )
    vocabulary: int = Field(
        4000, ge=8, le=10**6, description="Pieces, the four special ones included (each side's, if not shared)."
    )
    shared: bool = Field(True, description="One vocabulary for both languages, or one each.")
    character_coverage: float = Field(
        1.0, gt=0.9, le=1, description="Share of all characters that get pieces; 0.9995 for Chinese or Japanese."
    )
    byte_fallback: bool = Field(
        False, description="Write characters without a piece as bytes (256 pieces of the vocabulary), not as unknown."
    )
    sentences: int = Field(
        1000000, ge=1, le=10**8, description="Lines of each side to learn from at most, spread evenly over the corpus."
    )
