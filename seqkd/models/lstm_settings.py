"""Sizes of an LSTM: an entry of ``models:`` with ``architecture: lstm``."""

from typing import Literal

from pydantic import Field

from seqkd.models import ArchitectureSettings


class LstmSettings(ArchitectureSettings):
    """The LSTM encoder-decoder with attention of Kim & Rush 2016, after Luong, Pham & Manning 2015."""

    architecture: Literal["lstm"] = Field(description="`lstm`: recurrent, with global attention.")
    layers: int = Field(2, ge=1, le=100, description="LSTM layers of the encoder, and of the decoder.")
    dim: int = Field(500, ge=1, le=16384, description="Width of embeddings and layers.")
    input_feeding: bool = Field(
        True,
        description="Feed the previous attentional vector to the decoder along with the next token (Luong et al. 2015, "
        "section 3.3). Without it, attention is computed for all positions of a training sentence at once.",
    )
    dropout: float = Field(0.3, ge=0, lt=1, description="Dropout between layers and on the attentional vector.")


Settings = LstmSettings
