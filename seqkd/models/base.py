"""What the trainer and the decoders require of a model, whatever its architecture."""

from typing import Any, Protocol

import torch
from torch import nn


class DecoderState(Protocol):
    """The state of incremental decoding for B sentences with K hypotheses each."""

    def reorder(self, rows: torch.Tensor) -> None:
        """Replace row i with the old row ``rows[i]``; rows are B*K, numbered sentence by sentence, int64 [B*K]."""

    def select(self, sentences: torch.Tensor, beam: int) -> None:
        """Drop all sentences but these, int64 [B']."""


class TranslationModel(nn.Module):
    """Base class of the models. Hidden states are [.., width]; logits are ``hidden @ output_weight.T``, except for an
    ensemble.

    A softmax bias is a column of ``output_weight`` like the others, with hidden states that end in a constant 1, so
    that projection, search and sampling need not know of it.
    """

    output_weight: nn.Parameter

    @property
    def device(self) -> torch.device:
        """Device of the weights; inputs must be on it."""
        return next(self.parameters()).device

    @property
    def vocabulary(self) -> int:
        """Size V of the target vocabulary."""
        return self.output_weight.shape[0]

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Logits of the next token, [.., V], from hidden states [.., width]."""
        return hidden @ self.output_weight.T

    def forward(self, src: torch.Tensor, prefix: torch.Tensor) -> torch.Tensor:
        """Hidden states at all positions of a given prefix: src [B, S], prefix [B, T] to [B, T, width]."""
        return self.decode(self.encode(src), prefix)

    def encode(self, src: torch.Tensor) -> Any:
        """The encoding of the source [B, S] that :meth:`decode` takes; it serves any number of prefixes."""
        raise TypeError(f"{type(self).__name__} defines no encode")

    def decode(self, encoded: Any, prefix: torch.Tensor) -> torch.Tensor:
        """Hidden states at all positions of a given prefix [B, T], as [B, T, width]."""
        raise TypeError(f"{type(self).__name__} defines no decode")

    def start(self, src: torch.Tensor, beam: int) -> Any:
        """Encode src [B, S] and return the state before the first token, for ``beam`` rows per sentence."""
        raise TypeError(f"{type(self).__name__} defines no start")

    def step(self, state: Any, tokens: torch.Tensor) -> torch.Tensor:
        """Feed one token per row, [B*K], and return the hidden states [B*K, width]; updates ``state``."""
        raise TypeError(f"{type(self).__name__} defines no step")
