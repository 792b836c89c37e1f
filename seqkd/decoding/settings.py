"""How text is translated: the ``decode:`` section (training set) and the shared keys of a search."""

from typing import Annotated, Literal

from pydantic import Field

from seqkd.settings import Settings

PENALTIES = (0.0, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4)
"""Length penalties that `auto` chooses from."""

BATCH_TOKENS = 16384
"""Source tokens times beam that are decoded at once; with 4096, beam 5 took 1.25 times as long."""


Penalty = Annotated[float, Field(ge=0, le=5)]


class LengthLimits(Settings):
    """Where a translation is cut off. They are kept in a model's description, so that they hold wherever it is used."""

    max_length_ratio: float = Field(
        2.0, gt=0, le=100, description="Subwords of a translation at most, as a multiple of the source's subwords ..."
    )
    max_length_extra: int = Field(10, ge=1, le=10000, description="... plus this many.")

    @property
    def limits(self) -> "LengthLimits":
        """These two settings alone."""
        return LengthLimits(max_length_ratio=self.max_length_ratio, max_length_extra=self.max_length_extra)


class SearchSettings(LengthLimits):
    """One beam search; greedy search where ``beam`` is 1, which reads no length penalty."""

    beam: int = Field(5, ge=1, le=1000, description="Hypotheses kept at each step; 1 is greedy search.")
    length_penalty: Penalty = Field(1.0, description="Scores are divided by length**length_penalty.")


class TunedSearchSettings(LengthLimits):
    """A beam search whose length penalty may be left to the dev set."""

    beam: int = Field(5, ge=1, le=1000, description="Hypotheses kept at each step; 1 is greedy search.")
    length_penalty: Penalty | Literal["auto"] = Field(
        "auto",
        description="Scores are divided by length**length_penalty. `auto`: each model's is the one of "
        f"{', '.join(f'{penalty:g}' for penalty in PENALTIES)} with the best score on dev. 0 (no normalisation, as in "
        "Kim & Rush 2016) makes translations short, and Seq-KD students shorter still.",
    )

    def tuned(self, length_penalty: float | None = None) -> SearchSettings:
        """The search with a penalty chosen on dev; None where the config gives one.

        Raises:
            ValueError: the penalty is `auto`, and none was chosen.
        """
        values = self.model_dump() | ({} if length_penalty is None else {"length_penalty": length_penalty})
        return SearchSettings(**values)

    @property
    def name(self) -> str:
        """Of the folder that holds what was chosen for a model: all that the choice depends on."""
        return f"beam-{self.beam}-max-{self.max_length_ratio:g}-{self.max_length_extra}"


class NBestSettings(Settings):
    """The n-best lists from which Seq-Inter chooses (methods: Kim & Rush 2016, K = 35 on half of the corpus)."""

    size: int = Field(35, ge=1, le=1000, description="Finished hypotheses asked for a sentence; also the beam.")
    share: float = Field(
        0.5, gt=0, le=1, description="Share of the training set, spread evenly over it; one sentence at least."
    )


class SamplesSettings(Settings):
    """Samples from the teacher, drawn once (methods: Wen et al. 2023, f-DISTILL, offline)."""

    size: int = Field(1, ge=1, le=1000, description="Samples of a sentence; each is a training pair.")
    seed: int = Field(1, ge=0, lt=2**31, description="Decides what is drawn, with the line's number.")


class DecodeSettings(Settings):
    """The ``decode:`` section: how the teacher translates the training set."""

    search: TunedSearchSettings = Field(TunedSearchSettings(), description="Beam search for the Seq-KD targets.")
    n_best: NBestSettings = Field(NBestSettings(), description="N-best lists for Seq-Inter.")
    samples: SamplesSettings = Field(SamplesSettings(), description="Samples, for targets `samples`.")
    shard: int = Field(
        5000, ge=1, le=10**7, description="Sentences in a shard; a shard is a job, and what is lost when it is killed."
    )
    batch_tokens: int = Field(
        BATCH_TOKENS, ge=16, le=10**7, description="Source tokens times beam that are decoded at once."
    )
