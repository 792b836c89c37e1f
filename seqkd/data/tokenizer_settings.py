"""How text is split into subwords: the ``tokenizer:`` section."""

from typing import Literal

from pydantic import Field

from seqkd.utils.settings import Folder, Settings


class TokenizerSettings(Settings):
    """SentencePiece models, trained on the training set or taken from another run."""

    pretrained: Folder | None = Field(
        None,
        description="An existing tokenizer: `results/tokenizer` of another run, or a copy. It is used unchanged; of "
        "the other keys only `shared` may be set.",
    )

    type: Literal["unigram", "bpe", "word"] = Field(
        "unigram",
        description="SentencePiece's algorithm. `word` splits only at spaces, for text that is already tokenised, and "
        "keeps the most frequent words; adjacent unknown words become one unknown token.",
    )
    vocab_size: int = Field(
        4000, ge=8, le=10**6, description="Vocabulary size, including four special tokens; of each side if not shared."
    )
    shared_vocab: bool = Field(True, description="Whether both languages share one vocabulary.")
    character_coverage: float = Field(
        1.0, gt=0.9, le=1, description="Fraction of characters in the vocabulary; 0.9995 for Chinese or Japanese."
    )
    byte_fallback: bool = Field(
        False, description="Encode characters outside the vocabulary as bytes (256 subwords), not as unknown."
    )
    max_training_sentences: int = Field(
        1000000, ge=1, le=10**8, description="Maximum lines of each side to train on, evenly spaced."
    )
