"""How speed is measured: the ``speed:`` section, apart from ``score:`` so that an edit here scores nothing again."""

from pydantic import Field

from seqkd.utils.settings import Settings


class SpeedSettings(Settings):
    """The ``speed:`` section: words a second, compared with the teacher measured in the same job."""

    enabled: bool = Field(True, description="Whether speed is measured; its jobs run alone on the machine.")
    sentences: int = Field(
        100, ge=1, description="Sentences translated in batches, evenly spaced in the first test set."
    )
    single_sentences: int = Field(15, ge=1, description="Sentences translated one at a time.")
    time_budget: float = Field(
        12.0, gt=0, le=3600, description="Maximum time of a job; repeats stop when it is used up."
    )
    repeats: int = Field(5, ge=1, le=1000, description="Maximum number of repeats; the median is reported.")
    threads: int = Field(1, ge=1, le=1024, description="Threads of the measured models.")
    sparsity: float | None = Field(
        0.9,
        gt=0,
        lt=1,
        description="Sparsity of the pruned model (first of `prune.students`, retrained) that is measured too; null: "
        "none.",
    )
