"""Sizes of a Transformer: an entry of ``models:`` with ``architecture: transformer`` (the default)."""

from typing import Literal

from pydantic import Field, model_validator

from seqkd.models import ArchitectureSettings


class TransformerSettings(ArchitectureSettings):
    """A Transformer (Vaswani et al. 2017), the default architecture."""

    architecture: Literal["transformer"] = Field(
        "transformer", description="`transformer`, or `lstm`, which has other settings."
    )
    encoder_layers: int = Field(3, ge=1, le=200, description="Encoder layers.")
    decoder_layers: int = Field(2, ge=1, le=200, description="Decoder layers; fewer decode faster.")
    dim: int = Field(192, ge=2, le=16384, description="Width of embeddings and layers; a multiple of `heads`.")
    ffn_dim: int = Field(768, ge=1, le=65536, description="Width inside the feed-forward blocks.")
    heads: int = Field(4, ge=1, le=256, description="Attention heads.")
    norm: Literal["pre", "post"] = Field(
        "pre", description="Layer normalisation before each block (more stable) or after it (the original Transformer)."
    )
    tie_embeddings: Literal["all", "decoder", "none"] = Field(
        "all",
        description="Which embeddings share one matrix: source, target and output projection (`all`, needs a shared "
        "vocabulary), target and output projection (`decoder`), or none.",
    )
    dropout: float = Field(0.1, ge=0, lt=1, description="Dropout on embeddings and on each block's output.")
    attention_dropout: float = Field(0.0, ge=0, lt=1, description="Dropout on attention weights.")
    activation_dropout: float = Field(0.0, ge=0, lt=1, description="Dropout inside the feed-forward blocks.")

    @model_validator(mode="after")
    def _heads_divide(self) -> "TransformerSettings":
        if self.dim % self.heads or (self.dim // self.heads) % 2:
            raise ValueError(
                f"dim {self.dim} must be a multiple of heads {self.heads}, with an even width for each head"
            )
        return self


Settings = TransformerSettings
