"""How models are compared with the true distribution: the ``truth:`` section."""

from pydantic import Field

from seqkd.settings import Settings


class TruthSettings(Settings):
    """The ``truth:`` section, only for the corpus `captions`: every model next to the distribution it should learn."""

    sources: int = Field(200, ge=2, le=10**6, description="Sentences of the first test set, evenly spaced.")
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
        description="Otherwise over so many samples from the truth; as many are drawn from the model.",
    )
    coverage: float = Field(
        0.1,
        gt=0,
        le=1,
        description="A translation is covered if the model gives it at least this share of its true probability.",
    )
    seed: int = Field(1, ge=0, lt=2**31, description="Seed of all samples.")
