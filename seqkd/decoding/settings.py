"""How text is translated: the ``decode:`` section (training set) and the shared keys of a search."""

from typing import Annotated, Literal

from pydantic import Field

from seqkd.utils.settings import Settings

LENGTH_PENALTIES = (0.0, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4)
"""Length penalties that `auto` chooses from."""

BATCH_TOKENS = 16384
"""Source tokens times beam that are decoded at once; with 4096, beam 5 took 1.25 times as long."""


Penalty = Annotated[float, Field(ge=0, le=5)]


class LengthLimits(Settings):
    """Maximum length of a translation; saved with a model, so that it applies wherever the model is used."""

    max_length_ratio: float = Field(
        2.0, gt=0, le=100, description="Maximum subwords of a translation, as a multiple of the source's subwords ..."
    )
    max_length_extra: int = Field(10, ge=1, le=10000, description="... plus this many.")

    @property
    def limits(self) -> "LengthLimits":
        """Only these two settings."""
        return LengthLimits(max_length_ratio=self.max_length_ratio, max_length_extra=self.max_length_extra)


class SearchSettings(LengthLimits):
    """One beam search; with ``beam`` 1 greedy search, which ignores the length penalty."""

    beam: int = Field(5, ge=1, le=1000, description="Hypotheses kept at each step; 1 is greedy search.")
    length_penalty: Penalty = Field(1.0, description="Scores are divided by length**length_penalty.")


class TunedSearchSettings(LengthLimits):
    """A beam search whose length penalty may be tuned on the dev set."""

    beam: int = Field(5, ge=1, le=1000, description="Hypotheses kept at each step; 1 is greedy search.")
    length_penalty: Penalty | Literal["auto"] = Field(
        "auto",
        description="Scores are divided by length**length_penalty. `auto` chooses for each model the best on dev of "
        f"{', '.join(f'{penalty:g}' for penalty in LENGTH_PENALTIES)}. 0 (no normalisation, as in Kim & Rush 2016) "
        "makes translations short, and Seq-KD students even shorter.",
    )

    def tuned(self, length_penalty: float | None = None) -> SearchSettings:
        """The search with a penalty chosen on dev; None if the config sets one.

        Raises:
            ValueError: the penalty is `auto`, and none was chosen.
        """
        values = self.model_dump() | ({} if length_penalty is None else {"length_penalty": length_penalty})
        return SearchSettings(**values)

    @property
    def name(self) -> str:
        """Name of the folder with the penalty chosen for a model: everything that the choice depends on."""
        return f"beam-{self.beam}-max-{self.max_length_ratio:g}-{self.max_length_extra}"


class NBestSettings(Settings):
    """The n-best lists from which Seq-Inter chooses (methods: Kim & Rush 2016, K = 35 on half of the corpus)."""

    size: int = Field(35, ge=1, le=1000, description="Maximum number of hypotheses per sentence; also the beam.")
    fraction: float = Field(
        0.5, gt=0, le=1, description="Fraction of the training set, evenly spaced; at least one sentence."
    )


class SamplesSettings(Settings):
    """Samples from the teacher, drawn once (methods: Wen et al. 2023, f-DISTILL, offline)."""

    per_source: int = Field(1, ge=1, le=1000, description="Samples per sentence; each is a training pair.")
    seed: int = Field(1, ge=0, lt=2**31, description="Random seed, combined with the line number.")


class DecodeSettings(Settings):
    """The ``decode:`` section: how the teacher translates the training set."""

    search: TunedSearchSettings = Field(TunedSearchSettings(), description="Beam search for the Seq-KD targets.")
    n_best: NBestSettings = Field(NBestSettings(), description="N-best lists for Seq-Inter.")
    samples: SamplesSettings = Field(SamplesSettings(), description="Samples, for targets `samples` and `mbr`.")
    shard_size: int = Field(
        5000, ge=1, le=10**7, description="Sentences per shard; a shard is one job, and is lost if the job is killed."
    )
    batch_tokens: int = Field(
        BATCH_TOKENS, ge=16, le=10**7, description="Source tokens times beam size decoded at once."
    )
