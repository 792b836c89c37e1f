"""Several models as one model, their average: p(v) = 1/M sum_m p_m(v) (Freitag, Al-Onaizan & Sankaran 2017).

It teaches and translates like any other model, but is not trained. Its hidden states are those of its members
concatenated, [.., sum of their widths], and only :meth:`Ensemble.logits` combines them into one distribution, so
callers need not know that it is an ensemble. On disk it is a model like any other, with the weights of all members.
"""

import math
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from seqkd.models import ArchitectureSettings, checkpoint
from seqkd.models.base import TranslationModel


class EnsembleSettings(ArchitectureSettings):
    """The members' settings; written by :func:`make_ensemble`, never by a user."""

    architecture: Literal["ensemble"] = Field("ensemble", description="`ensemble`: the average of its members.")
    members: list[dict[str, Any]] = Field(min_length=2, description="Settings of each member.")


class EnsembleState:
    """The members' states (see :class:`seqkd.models.base.DecoderState`)."""

    def __init__(self, members: list[Any]) -> None:
        self.members = members

    def reorder(self, rows: Tensor) -> None:
        """See DecoderState.reorder."""
        for state in self.members:
            state.reorder(rows)

    def select(self, sentences: Tensor, beam: int) -> None:
        """See DecoderState.select."""
        for state in self.members:
            state.select(sentences, beam)


class Ensemble(TranslationModel):
    """The average of its members' distributions."""

    def __init__(self, settings: EnsembleSettings, src_vocabulary: int, tgt_vocabulary: int) -> None:
        super().__init__()
        sizes = (src_vocabulary, tgt_vocabulary)
        self.members = nn.ModuleList(
            checkpoint.build(checkpoint.settings_of(values), *sizes) for values in settings.members
        )

    @property
    def models(self) -> list[TranslationModel]:
        """The members."""
        return [member for member in self.members if isinstance(member, TranslationModel)]

    @property
    def vocabulary(self) -> int:
        """See the base class."""
        return self.models[0].vocabulary

    def logits(self, hidden: Tensor) -> Tensor:
        """See the base class: the logarithm of the mean probability, float32."""
        widths = [model.output_weight.shape[1] for model in self.models]
        pairs = zip(self.models, hidden.split(widths, -1), strict=True)
        log_probs = torch.stack([model.logits(states).float().log_softmax(-1) for model, states in pairs])
        return log_probs.logsumexp(0) - math.log(len(log_probs))

    def encode(self, src: Tensor) -> list[Any]:
        """See the base class."""
        return [model.encode(src) for model in self.models]

    def decode(self, encoded: list[Any], prefix: Tensor) -> Tensor:
        """See the base class."""
        pairs = zip(self.models, encoded, strict=True)
        return torch.cat([model.decode(encoding, prefix) for model, encoding in pairs], -1)

    def start(self, src: Tensor, beam: int) -> EnsembleState:
        """See the base class."""
        return EnsembleState([model.start(src, beam) for model in self.models])

    def step(self, state: EnsembleState, tokens: Tensor) -> Tensor:
        """See the base class."""
        pairs = zip(self.models, state.members, strict=True)
        return torch.cat([model.step(member_state, tokens) for model, member_state in pairs], -1)


def make_ensemble(members: list[Path], folder: Path) -> dict[str, Any]:
    """Write the ensemble of the models in ``members``, which share a tokenizer, to ``folder``; return its counts."""
    descriptions = [checkpoint.load_model_config(path) for path in members]
    sizes = descriptions[0][1:]
    settings = EnsembleSettings(members=[member_settings.canonical() for member_settings, *_ in descriptions])
    ensemble = Ensemble(settings, *sizes)
    for model, path in zip(ensemble.models, members, strict=True):
        checkpoint.load_weights(model, path)
    checkpoint.save(ensemble, settings, sizes, folder, checkpoint.length_limits(members[0]))
    return {"members": len(members), "parameters": sum(weight.numel() for weight in ensemble.parameters())}


Model, Settings = Ensemble, EnsembleSettings
