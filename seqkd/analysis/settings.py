"""How results are compared and what the page shows: the ``report:`` section of the config."""

from typing import Literal

from pydantic import Field

from seqkd.utils.settings import Settings


class ReportSettings(Settings):
    """The ``report:`` section. None of it changes a score; an edit only redraws the page."""

    title: str = Field("", max_length=200, description="Headline of the page; by default the config's `title`.")
    primary: Literal["greedy", "beam"] = Field(
        "greedy",
        description="Search of the primary comparison, which is fixed in advance: BLEU (chrF where BLEU is undefined "
        "or no tokenization fits) "
        "on the first test set, each student against the baseline of the same size.",
    )
    confidence: float = Field(
        0.95, ge=0.5, le=0.999, description="Coverage of the intervals; 1 minus this is the error rate of the verdicts."
    )
    resamples: int = Field(10000, ge=10000, le=10**6, description="Resamples of the paired bootstrap.")
    bootstrap_seed: int = Field(1, ge=0, le=2**32 - 1, description="Seed of the resampling.")
    examples: int = Field(4, ge=0, le=50, description="Example translations shown side by side.")
    min_teacher_bleu: float = Field(
        20.0, ge=0, le=100, description="Greedy BLEU of the teacher below which the page calls its output not fluent."
    )
