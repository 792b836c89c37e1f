"""Matching of hidden states, for pre-distillation (Shleifer & Rush 2020, arXiv 2010.13002, as in f-DISTILL 2023).

    L = sum over sides s, the encoder and the decoder, of  sum_i sum_t 1/d || n(h_i,t) - n(g_m(i),t) ||^2

h_i,t is the output of the student's layer i at position t, g_j,t that of the teacher's layer j, both of width d; n
subtracts the mean of a vector and divides by its standard deviation (layer normalisation without weights, per
position). m maps layers: `encoder: [0, 6, 11]` for three layers that learn from the first, the seventh and the last of
twelve. Layers are numbered from 0; embeddings are not layers. The default is the map of an `init_from` from the
teacher. On prefixes of the targets; each side's sum is divided by its number of positions. It does not train the
output layer, so it is combined with terms that do: f-DISTILL uses `{nll: 0.2, word-kd: 0.8, hidden-states: 3}`.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from seqkd.losses.layer_outputs import SIDES, Layers
from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
READS_LAYERS = True
ZERO_AT_TEACHER = True

Map = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]


class Options(Settings):
    """The map of the layers."""

    encoder: Map | None = Field(
        None,
        description="For each encoder layer of the student, the number of the teacher's layer to match, from 0; by "
        "default the layers that an `init_from` from the teacher copies.",
    )
    decoder: Map | None = Field(None, description="The same for the decoder.")


def incompatible_models(options: Options, student: dict[str, Any], teacher: dict[str, Any]) -> str:
    """Why layers of models with these settings cannot be compared, as the end of a sentence; "" if they can."""
    if {student["architecture"], teacher["architecture"]} != {"transformer"}:
        return "compares layers of two Transformers; leave it out"
    if student["dim"] != teacher["dim"]:
        widths = f"{student['dim']} wide and the teacher's {teacher['dim']}"
        return f"compares hidden states of one width, but the student's are {widths}; give both models one `dim`"
    for side in SIDES:
        layer_map, depth, teacher_depth = getattr(options, side), student[f"{side}_layers"], teacher[f"{side}_layers"]
        if layer_map is None:
            continue
        if len(layer_map) != depth:
            return f"names {len(layer_map)} layers in `{side}`, but the student has {depth}; name one for each"
        if max(layer_map) >= teacher_depth:
            numbers = f"the teacher's {teacher_depth} are numbered 0 to {teacher_depth - 1}"
            return f"names layer {max(layer_map)} in `{side}`, but {numbers}"
    return ""


def loss(layers: Layers, options: Options) -> torch.Tensor:
    """Loss of one side, summed over its positions; hidden states [N, d] of each layer to a scalar."""
    layer_map = getattr(options, layers.side) or _default_map(layers)
    pairs = zip(layers.student, (layers.teacher[number] for number in layer_map), strict=True)
    return reduce(add, ((normalise(h) - normalise(g)).square().mean(-1).sum() for h, g in pairs))


def normalise(hidden: torch.Tensor) -> torch.Tensor:
    """Each vector with mean 0 and variance 1, [N, d], in float32 or wider."""
    from torch.nn.functional import layer_norm

    upcast = hidden if hidden.element_size() > 4 else hidden.float()
    return layer_norm(upcast, upcast.shape[-1:])


def _default_map(layers: Layers) -> list[int]:
    from seqkd.models.checkpoint import select_layers

    return select_layers(len(layers.student), len(layers.teacher))
