"""What is measured of quality: the ``score:`` section."""

from pydantic import Field

from seqkd.decoding.settings import TunedSearchSettings
from seqkd.settings import Settings


class ScoreSettings(Settings):
    """The ``score:`` section: quality on every test set, greedy and with this beam search."""

    search: TunedSearchSettings = Field(
        TunedSearchSettings(),
        description="The beam search that is scored next to greedy search. Its length limits hold for every "
        "translation of the dev and test sets, greedy ones included, and travel with the model.",
    )
    bleu_tokenize: str = Field(
        "auto",
        pattern="^(auto|13a|intl|zh|ja-mecab|ko-mecab|char|flores101|flores200|none)$",
        description="sacrebleu's tokenization for every BLEU, that by which models and targets are chosen included; "
        "`auto` takes the one that fits the target language, `none` that of the text.",
    )
    teacher_sentences: int = Field(
        500,
        ge=0,
        le=10**6,
        description="Test sentences, spread evenly, on which a student is held against its teacher; 0 leaves it out.",
    )
