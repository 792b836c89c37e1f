"""Matching of hidden states, for pre-distillation (Shleifer & Rush 2020, arXiv 2010.13002, as in f-DISTILL 2023).

    L = sum over sides s, the encoder and the decoder, of  sum_i sum_t 1/d || n(h_i,t) - n(g_m(i),t) ||^2

h_i,t is what the student's layer i gives at position t, g_j,t what the teacher's layer j gives, both d wide; n takes
the mean off a vector and divides by its standard deviation (layer normalisation without weights, for each position by
itself). m is the map of the layers, `encoder: [0, 6, 11]` for three layers that learn from the first, the seventh and
the last of twelve; layers are numbered from 0, and embeddings are none. Not stated, it is that of a `start` from the
teacher. On prefixes of the targets; each side's sum is divided by the number of its own positions. It says nothing of
words, so it stands beside terms that do: f-DISTILL has `{nll: 0.2, word-kd: 0.8, hidden-states: 3}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from seqkd.losses.layers import SIDES, Layers
from seqkd.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
READS_LAYERS = True
MINIMAL_AT_TEACHER = True

Map = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]


class Options(Settings):
    """The map of the layers."""

    encoder: Map | None = Field(
        None,
        description="For each encoder layer of the student the number of the teacher's layer that it is drawn to, from "
        "0; not given, the layers that a `start` from the teacher takes over.",
    )
    decoder: Map | None = Field(None, description="The same for the decoder.")


def misfit_of_models(options: Options, student: dict[str, Any], teacher: dict[str, Any]) -> str:
    """Why layers of models with these settings cannot be compared so, in words that end a sentence; "" if they can."""
    if {student["architecture"], teacher["architecture"]} != {"transformer"}:
        return "compares layers of two Transformers; leave it out"
    if student["dim"] != teacher["dim"]:
        widths = f"{student['dim']} wide and the teacher's {teacher['dim']}"
        return f"compares hidden states of one width, but the student's are {widths}; give both models one `dim`"
    for side in SIDES:
        chosen, own, known = getattr(options, side), student[f"{side}_layers"], teacher[f"{side}_layers"]
        if chosen is not None and len(chosen) != own:
            return f"names {len(chosen)} layers in `{side}`, but the student has {own}; name one of the teacher's each"
        if chosen is not None and max(chosen) >= known:
            return f"names layer {max(chosen)} in `{side}`, but the teacher's {known} are numbered 0 to {known - 1}"
    return ""


def loss(layers: Layers, options: Options) -> torch.Tensor:
    """One side, summed over its positions; hidden states [N, d] of each layer to a scalar."""
    chosen = getattr(options, layers.side) or _copied(layers)
    pairs = zip(layers.student, (layers.teacher[number] for number in chosen), strict=True)
    first, *others = ((normed(own) - normed(known)).square().mean(-1).sum() for own, known in pairs)
    return sum(others, start=first)


def normed(hidden: torch.Tensor) -> torch.Tensor:
    """Each vector with mean 0 and variance 1, [N, d], in float32 at least."""
    from torch.nn.functional import layer_norm

    wide = hidden if hidden.element_size() > 4 else hidden.float()
    return layer_norm(wide, wide.shape[-1:])


def _copied(layers: Layers) -> list[int]:
    from seqkd.models.store import copied_layers

    return copied_layers(len(layers.student), len(layers.teacher))
