"""How a model is trained: the ``training:`` section, and the keys any teacher or student may set differently."""

from typing import Literal

from pydantic import Field

from seqkd.utils.settings import Settings


class TrainingSettings(Settings):
    """One training. Everything counts updates or tokens, never seconds."""

    updates: int = Field(2000, ge=1, le=10**8, description="Optimiser steps.")
    batch_tokens: int = Field(
        4096, ge=16, le=10**7, description="Maximum target tokens in a batch, including end of sentence and padding."
    )
    learning_rate: float = Field(0.002, gt=0, le=1, description="Peak learning rate of Adam.")
    warmup_updates: int = Field(200, ge=0, description="Updates over which the learning rate rises linearly from 0.")
    schedule: Literal["inverse-sqrt", "linear", "cosine", "constant"] = Field(
        "inverse-sqrt",
        description="Learning rate after the warm-up: falls with 1/sqrt(update), linearly to 0, or along a half cosine "
        "to 0; or stays constant.",
    )
    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Fraction of the target's probability spread evenly over the vocabulary, in `nll` only.",
    )
    weight_decay: float = Field(0.0, ge=0, lt=1, description="Decoupled weight decay (AdamW).")
    adam_beta1: float = Field(0.9, ge=0, lt=1, description="Adam's decay of the mean gradient.")
    adam_beta2: float = Field(0.98, ge=0, lt=1, description="Adam's decay of the mean squared gradient.")
    clip_norm: float = Field(1.0, ge=0, description="Maximum norm of the gradient; 0 disables clipping.")
    num_evaluations: int = Field(
        4,
        ge=1,
        le=1000,
        description="How often dev is scored (greedy search), evenly spaced; the best model is kept, by BLEU, or by "
        "chrF if the references have fewer than one 4-gram per two segments or no tokenization fits the language. "
        "Keep it equal for all systems: the best "
        "of many noisy scores flatters.",
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "bfloat16",
        description="Arithmetic of matrix products. Weights are kept in float32 either way; CPUs without bfloat16 "
        "instructions give the same quality, slowly.",
    )
