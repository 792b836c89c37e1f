"""How models are held against the true distribution: the ``truth:`` section."""

from pydantic import Field

from seqkd.settings import Settings


class TruthSettings(Settings):
    """The ``truth:`` section, for the corpus `captions` alone: every model against the distribution it should learn."""

    sources: int = Field(200, ge=2, le=10**6, description="Sentences of the first test set, taken evenly from it.")
    enumerate: int = Field(
        100,
        ge=0,
        le=5000,
        description="Up to so many translations of a sentence, the KL divergence is summed over all of them.",
    )
    samples: int = Field(
        50,
        ge=2,
        le=10**5,
        description="Otherwise over so many drawn from the truth. From the model as many are drawn for each sentence.",
    )
    coverage: float = Field(
        0.1,
        gt=0,
        le=1,
        description="A translation is covered if the model gives it at least this share of its true probability.",
    )
    seed: int = Field(1, ge=0, lt=2**31, description="Seed of all samples.")
