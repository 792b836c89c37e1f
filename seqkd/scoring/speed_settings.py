"""How speed is measured: the ``speed:`` section, apart from ``score:`` so that an edit here scores nothing again."""

from pydantic import Field

from seqkd.settings import Settings


class SpeedSettings(Settings):
    """The ``speed:`` section: words per second, each next to the teacher's in the same run."""

    enabled: bool = Field(True, description="Measure speed at all; its jobs run alone on the machine.")
    sentences: int = Field(
        100, ge=1, description="Sentences of the first test set, evenly spaced, translated in batches."
    )
    single_sentences: int = Field(15, ge=1, description="Sentences translated one at a time.")
    time_budget: float = Field(
        12.0, gt=0, le=3600, description="Seconds that a job measures at most; repeats stop when they are used up."
    )
    repeats: int = Field(5, ge=1, le=1000, description="Repeats at most; the median counts.")
    threads: int = Field(1, ge=1, le=1024, description="Threads that the measured models use.")
    sparsity: float | None = Field(
        0.9,
        gt=0,
        lt=1,
        description="The pruned model (first of `prune.students`, retrained) measured too; null for none.",
    )
