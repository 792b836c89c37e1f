"""What is measured of quality: the ``score:`` section."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from seqkd.decoding.settings import TunedSearchSettings
from seqkd.scoring import metrics
from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    ExtraMetric = str
else:
    ExtraMetric = Literal[metrics.EXTRA]


class ScoreSettings(Settings):
    """The ``score:`` section: quality on every test set, greedy and with this beam search."""

    search: TunedSearchSettings = Field(
        TunedSearchSettings(),
        description="The beam search that is scored next to greedy search. Its length limits apply to every "
        "translation of the dev and test sets, including greedy ones, and are stored with the model.",
    )
    bleu_tokenize: str = Field(
        "auto",
        pattern="^(auto|13a|intl|zh|ja-mecab|ko-mecab|char|flores101|flores200|none)$",
        description="sacrebleu's tokenization for every BLEU, including that which selects models and targets. `auto` "
        "takes the one for the target language; `none` keeps the tokens of the text.",
    )
    extra_metrics: list[ExtraMetric] = Field(
        [],
        description="Metrics besides BLEU and chrF, with intervals like theirs. Adding one translates nothing again.",
    )
    teacher_agreement_sentences: int = Field(
        500,
        ge=0,
        le=10**6,
        description="Test sentences, evenly spaced, on which a student is compared with its teacher; 0: none.",
    )

    @property
    def metrics(self) -> list[str]:
        """All metrics that are computed."""
        return [*metrics.ALWAYS, *sorted(self.extra_metrics)]
