"""How text is translated: the ``decode:`` section (training set) and the shared keys of a search."""

from pydantic import Field

from seqkd.settings import Settings

BATCH_TOKENS = 16384
"""Source tokens times beam that are decoded at once; with 4096, beam 5 took 1.25 times as long."""


class SearchSettings(Settings):
    """One beam search."""

    beam: int = Field(5, ge=1, le=1000, description="Hypotheses kept at each step; 1 is greedy search.")
    length_penalty: float = Field(
        0.0, ge=0, le=5, description="Scores are divided by length**length_penalty; 0 as in Kim & Rush."
    )
    max_length_ratio: float = Field(
        2.0, gt=0, le=100, description="Pieces of a translation at most, as a multiple of the source's pieces ..."
    )
    max_length_extra: int = Field(10, ge=1, le=10000, description="... plus this many.")


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

    search: SearchSettings = Field(SearchSettings(), description="Beam search for the Seq-KD targets.")
    n_best: NBestSettings = Field(NBestSettings(), description="N-best lists for Seq-Inter.")
    samples: SamplesSettings = Field(SamplesSettings(), description="Samples, for targets `samples`.")
    shard: int = Field(
        5000, ge=1, le=10**7, description="Sentences in a shard; a shard is a job, and what is lost when it is killed."
    )
    batch_tokens: int = Field(
        BATCH_TOKENS, ge=16, le=10**7, description="Source tokens times beam that are decoded at once."
    )
