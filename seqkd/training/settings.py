"""How a model is trained: the ``training:`` section, and the keys any teacher or student may set differently."""

from typing import Literal

from pydantic import Field

from seqkd.settings import Settings


class TrainingSettings(Settings):
    """One training from start to end. Everything counts updates or tokens, never seconds."""

    updates: int = Field(2000, ge=1, le=10**8, description="Optimiser steps.")
    batch_tokens: int = Field(
        4096, ge=16, le=10**7, description="Target tokens in a batch at most, end-of-sentence and padding counted."
    )
    learning_rate: float = Field(0.002, gt=0, le=1, description="Highest learning rate of Adam.")
    warmup: int = Field(200, ge=0, description="Updates over which the learning rate rises linearly from 0.")
    schedule: Literal["inverse-sqrt", "linear", "cosine", "constant"] = Field(
        "inverse-sqrt",
        description="Course after the warm-up: falling with 1/sqrt(update), linearly to 0, along a half cosine to 0, "
        "or level.",
    )
    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share of the target's probability spread evenly over the vocabulary, in `nll` only.",
    )
    weight_decay: float = Field(0.0, ge=0, lt=1, description="Decoupled weight decay (AdamW).")
    adam_beta1: float = Field(0.9, ge=0, lt=1, description="Adam's decay of the mean gradient.")
    adam_beta2: float = Field(0.98, ge=0, lt=1, description="Adam's decay of the mean squared gradient.")
    clip: float = Field(1.0, ge=0, description="Largest norm of the whole gradient; 0 switches clipping off.")
    evaluations: int = Field(
        4,
        ge=1,
        le=1000,
        description="How often dev is measured (greedy search), evenly spread; the best of these models is kept, by "
        "BLEU, or by chrF where BLEU is undefined (fewer than one sequence of four tokens for two references) or no "
        "tokenization fits the target language. "
        "The same for every system, since picking the best of many noisy scores flatters.",
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "bfloat16",
        description="Arithmetic of the matrix products. Weights are kept in float32 either way; processors without "
        "bfloat16 instructions give the same quality, slowly.",
    )
