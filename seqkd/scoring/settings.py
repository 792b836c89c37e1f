"""What is measured of quality: the ``score:`` section."""

from pydantic import Field

from seqkd.decoding.settings import SearchSettings
from seqkd.settings import Settings


class ScoreSettings(Settings):
    """The ``score:`` section: quality on every test set, greedy and with this beam search."""

    search: SearchSettings = Field(SearchSettings(), description="The beam search whose scores stand beside greedy's.")
    bleu_tokenize: str = Field(
        "auto",
        pattern="^(auto|13a|intl|zh|ja-mecab|ko-mecab|char|flores101|flores200|none)$",
        description="sacrebleu's tokenization; `auto` takes the one for the target language, `none` that of the text.",
    )
