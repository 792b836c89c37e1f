"""Several models as one that says their average: p(v) = 1/M sum_m p_m(v) (Freitag, Al-Onaizan & Sankaran 2017).

It teaches and translates like any other model, but is not trained. Its hidden states are those of its members side by
side, [.., sum of their widths], and only :meth:`Ensemble.logits` makes one distribution of them: so no caller need know
how many there are. On disk it is a model like others, with the weights of all members.
"""

import math
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from seqkd.models import ArchitectureSettings, store
from seqkd.models.interface import TranslationModel


class EnsembleSettings(ArchitectureSettings):
    """What its members are; written by :func:`make_ensemble`, never by a user."""

    architecture: Literal["ensemble"] = Field("ensemble", description="`ensemble`: the average of its members.")
    members: list[dict[str, Any]] = Field(min_length=2, description="Settings of each member.")


class States:
    """The members' states (see :class:`seqkd.models.interface.State`)."""

    def __init__(self, members: list[Any]) -> None:
        self.members = members

    def reorder(self, rows: Tensor) -> None:
        """See State.reorder."""
        for member in self.members:
            member.reorder(rows)

    def keep(self, sentences: Tensor, beam: int) -> None:
        """See State.keep."""
        for member in self.members:
            member.keep(sentences, beam)


class Ensemble(TranslationModel):
    """The average of its members' distributions."""

    def __init__(self, settings: EnsembleSettings, src_vocabulary: int, tgt_vocabulary: int) -> None:
        super().__init__()
        sizes = (src_vocabulary, tgt_vocabulary)
        self.members = nn.ModuleList(store.build(store.settings_of(one), *sizes) for one in settings.members)

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
        widths = [member.output_weight.shape[1] for member in self.models]
        parts = zip(self.models, hidden.split(widths, -1), strict=True)
        each = torch.stack([member.logits(part).float().log_softmax(-1) for member, part in parts])
        return each.logsumexp(0) - math.log(len(each))

    def encode(self, src: Tensor) -> list[Any]:
        """See the base class."""
        return [member.encode(src) for member in self.models]

    def decode(self, encoded: list[Any], prefix: Tensor) -> Tensor:
        """See the base class."""
        pairs = zip(self.models, encoded, strict=True)
        return torch.cat([member.decode(known, prefix) for member, known in pairs], -1)

    def start(self, src: Tensor, beam: int) -> States:
        """See the base class."""
        return States([member.start(src, beam) for member in self.models])

    def step(self, state: States, tokens: Tensor) -> Tensor:
        """See the base class."""
        pairs = zip(self.models, state.members, strict=True)
        return torch.cat([member.step(own, tokens) for member, own in pairs], -1)


def make_ensemble(members: list[Path], folder: Path) -> dict[str, Any]:
    """Write the ensemble of the models in ``members``, which have one tokenizer, to ``folder``; gives its facts."""
    described = [store.describe(one) for one in members]
    sizes = described[0][1:]
    settings = EnsembleSettings(members=[one.canonical() for one, *_ in described])
    whole = Ensemble(settings, *sizes)
    for own, place in zip(whole.models, members, strict=True):
        store.load_weights(own, place)
    store.save(whole, settings, sizes, folder, store.length_limits(members[0]))
    return {"members": len(members), "parameters": sum(one.numel() for one in whole.parameters())}


Model, Settings = Ensemble, EnsembleSettings
