"""How models are compared with the true distribution: the ``truth:`` section."""

from pydantic import Field

from seqkd.utils.settings import Settings


class TruthSettings(Settings):
    """The ``truth:`` section, only for the corpus `captions`: every model against the distribution it should learn."""

    sources: int = Field(200, ge=2, le=10**6, description="Sentences, evenly spaced in the first test set.")
    enumerate: int = Field(
        100,
        ge=0,
        le=5000,
        description="If a sentence has at most this many translations, the KL divergence is summed over all of them.",
    )
    samples: int = Field(
        50,
        ge=2,
        le=10**5,
        description="Otherwise it is averaged over this many samples from the truth. As many are drawn from the model "
        "for every sentence.",
    )
    coverage: float = Field(
        0.1,
        gt=0,
        le=1,
        description="A translation is covered if the model gives it at least this share of its true probability.",
    )
    seed: int = Field(1, ge=0, lt=2**31, description="Seed of all samples.")
