"""What trainer and decoders ask of a model, whatever its architecture."""

from typing import Any, Protocol

import torch
from torch import nn


class State(Protocol):
    """What a decoder remembers of B sentences with K hypotheses each."""

    def reorder(self, rows: torch.Tensor) -> None:
        """Make row i what row ``rows[i]`` was; rows are B*K, numbered sentence by sentence, int64 [B*K]."""

    def keep(self, sentences: torch.Tensor, beam: int) -> None:
        """Drop all sentences but these, int64 [B']."""


class TranslationModel(nn.Module):
    """Base of the models. Hidden states are [.., width]; logits are ``hidden @ output_weight.T``, but for an ensemble.

    A softmax bias is a column of ``output_weight`` like the others, with hidden states that end in a constant one: so
    projection, search and sampling need not know of it.
    """

    output_weight: nn.Parameter

    @property
    def device(self) -> torch.device:
        """Where the weights are, and what is read must be."""
        return next(self.parameters()).device

    @property
    def vocabulary(self) -> int:
        """Words that a distribution is over."""
        return self.output_weight.shape[0]

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Logits of the next word, [.., V], from hidden states [.., width]."""
        return hidden @ self.output_weight.T

    def forward(self, src: torch.Tensor, prefix: torch.Tensor) -> torch.Tensor:
        """Hidden state at every position of a given prefix: src [B, S], prefix [B, T] to [B, T, width]."""
        return self.decode(self.encode(src), prefix)

    def encode(self, src: torch.Tensor) -> Any:
        """What :meth:`decode` needs of the source [B, S]; one encoding serves any number of prefixes."""
        raise TypeError(f"{type(self).__name__} defines no encode")

    def decode(self, encoded: Any, prefix: torch.Tensor) -> torch.Tensor:
        """Hidden state at every position of a given prefix [B, T], to [B, T, width]."""
        raise TypeError(f"{type(self).__name__} defines no decode")

    def start(self, src: torch.Tensor, beam: int) -> Any:
        """Encode src [B, S] and give the state before the first token, for ``beam`` rows a sentence."""
        raise TypeError(f"{type(self).__name__} defines no start")

    def step(self, state: Any, tokens: torch.Tensor) -> torch.Tensor:
        """Feed one token a row, [B*K], and give the hidden state [B*K, width]; ``state`` moves on."""
        raise TypeError(f"{type(self).__name__} defines no step")
