"""The decoder of a Transformer for a single row, in NumPy.

With one row the arithmetic of a small model is next to nothing, and the calls are the time. NumPy's are shorter than
torch's: 1.5 times the sentences a second (width 128, one decoder layer). With the five rows of a beam a model of width
256 takes longer so, hence only greedy search of a single sentence comes here. Whatever the model's precision, numbers
between its products are float32.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from seqkd.models.interface import TranslationModel
from seqkd.models.transformer import Block, DecoderLayer, Transformer, sinusoids

Array = npt.NDArray[np.float32]
Map = Callable[[Array], Array]
"""From one vector to another."""

DTYPES = (torch.float32, torch.bfloat16)

LARGE = 1 << 18
"""A product with more weights than this is left to torch: there the weights' precision decides, and NumPy's library may
take several threads, which wait for each other longer than they compute (8,000 x 128 on a busy machine: 3.8 ms)."""

ROOM = 64
"""Positions that there is room for at first."""


def one_row(model: TranslationModel) -> Any:
    """What has ``start`` and ``step`` of the model, for a single sentence with a single hypothesis."""
    if isinstance(model, Transformer) and model.device.type == "cpu" and model.tgt_embedding.dtype in DTYPES:
        return OneRow(model)
    return model


def array(tensor: Tensor) -> Array:
    """The numbers of a tensor; a view of them where they are float32."""
    found: Array = tensor.detach().float().numpy()
    return found


class OneRow:
    """``start`` and ``step`` of a Transformer whose weights do not change meanwhile."""

    def __init__(self, model: Transformer) -> None:
        self.model = model
        self.layers = [Layer(layer) for layer in model.decoder if isinstance(layer, DecoderLayer)]
        self.norm = norm(model.decoder_norm)
        self.positions = np.empty((0, model.settings.dim), np.float32)

    def start(self, src: Tensor, beam: int = 1) -> "Row":
        """Encode one sentence, src [1, S] without padding."""
        cross = self.model.start(src, beam).cross
        return Row([(array(keys[0]), array(values[0])) for keys, values in cross])

    def step(self, row: "Row", tokens: Tensor) -> Tensor:
        """Feed one token, [1], and give the hidden state, [1, dim]; ``row`` moves on."""
        if row.length == len(self.positions):
            self.positions = array(sinusoids(max(256, 2 * row.length), row.dim))
        table = self.model.tgt_embedding
        x = array(table[int(tokens)]) * np.float32(row.dim**0.5) + self.positions[row.length]
        for number, layer in enumerate(self.layers):
            x = layer.step(x, row, number)
        row.length += 1
        return torch.from_numpy(self.norm(x)).to(table.dtype)[None]


class Row:
    """What the decoder remembers: of each layer keys and values, [heads, positions, width], of source and target."""

    def __init__(self, cross: list[tuple[Array, Array]]) -> None:
        self.cross = cross
        self.heads, _, self.width = cross[0][0].shape
        self.dim = self.heads * self.width
        self.own = [(self._empty(ROOM), self._empty(ROOM)) for _ in cross]
        self.length = 0

    def _empty(self, positions: int) -> Array:
        return np.empty((self.heads, positions, self.width), np.float32)

    def append(self, layer: int, key: Array, value: Array) -> tuple[Array, Array]:
        """Add one position, [heads, width], and give all so far."""
        keys, values = self.own[layer]
        if self.length == keys.shape[1]:
            more = self._empty(self.length)
            keys, values = self.own[layer] = np.concatenate([keys, more], 1), np.concatenate([values, more], 1)
        keys[:, self.length], values[:, self.length] = key, value
        return keys[:, : self.length + 1], values[:, : self.length + 1]


class Layer:
    """One decoder layer."""

    def __init__(self, layer: DecoderLayer) -> None:
        own, cross, feed = layer.attention, layer.cross, layer.feed
        self.own, self.cross, self.feed = branch(own), branch(cross), branch(feed)
        self.qkv, self.own_out = product(own.qkv), product(own.out)
        self.query, self.cross_out = product(cross.query), product(cross.out)
        self.up, self.down = product(feed.up), product(feed.down)

    def step(self, x: Array, row: Row, number: int) -> Array:
        """One position, [dim], to the same."""

        def attend_to_target(x: Array) -> Array:
            query, key, value = self.qkv(x).reshape(3, row.heads, row.width)
            return self.own_out(attend(query, *row.append(number, key, value)))

        def attend_to_source(x: Array) -> Array:
            return self.cross_out(attend(self.query(x).reshape(row.heads, row.width), *row.cross[number]))

        x = self.own(x, attend_to_target)
        x = self.cross(x, attend_to_source)
        return self.feed(x, lambda x: self.down(np.maximum(self.up(x), 0)))


def branch(block: Block) -> Callable[[Array, Map], Array]:
    """A residual branch around some work; see ``Block``."""
    normalise = norm(block.norm)
    if block.pre:
        return lambda x, work: x + work(normalise(x))
    return lambda x, work: normalise(x + work(x))


def norm(module: nn.Module) -> Map:
    """A layer normalisation, or nothing."""
    if not isinstance(module, nn.LayerNorm):
        return lambda x: x
    weight, bias = array(module.weight), array(module.bias)
    share, eps = np.float32(1 / len(weight)), np.float32(module.eps)

    def normalise(x: Array) -> Array:
        x = x - np.add.reduce(x) * share
        x *= (x.dot(x) * share + eps) ** -0.5
        x *= weight
        x += bias
        return x

    return normalise


def product(linear: nn.Linear) -> Map:
    """A linear map."""
    if linear.weight.numel() > LARGE:
        dtype = linear.weight.dtype
        return lambda x: array(linear(torch.from_numpy(x).to(dtype)[None])[0])
    weight, bias = array(linear.weight), array(linear.bias)

    def multiply(x: Array) -> Array:
        y: Array = weight.dot(x)
        y += bias
        return y

    return multiply


def attend(query: Array, keys: Array, values: Array) -> Array:
    """Scaled dot-product attention of one position: query [heads, width], keys and values [heads, L, width]."""
    scores = np.matmul(keys, query[:, :, None])[:, :, 0]
    scores *= np.float32(query.shape[1] ** -0.5)
    scores -= np.maximum.reduce(scores, 1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= np.add.reduce(scores, 1, keepdims=True)
    mixed: Array = np.matmul(scores[:, None], values)
    return mixed.reshape(-1)
