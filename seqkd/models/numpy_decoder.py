"""The decoder of a Transformer in NumPy, for greedy search of a single sentence.

With a single row, a small model spends its time on calls rather than on arithmetic, and NumPy's calls are faster than
PyTorch's: 1.5 times the sentences per second (width 128, one decoder layer). With the five rows of a beam, a model of
width 256 is slower this way, so only greedy search of a single sentence uses it. Activations are float32, whatever the
model's precision.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from seqkd.models.base import TranslationModel
from seqkd.models.transformer import DecoderLayer, Sublayer, Transformer, sinusoids

Array = npt.NDArray[np.float32]
Map = Callable[[Array], Array]
"""From a vector to a vector."""

DTYPES = (torch.float32, torch.bfloat16)

LARGE = 1 << 18
"""Products with more weights are left to PyTorch: there the weights' precision decides the speed, and NumPy's BLAS may
use several threads, which wait for each other longer than they compute (8,000 x 128 on a busy machine: 3.8 ms)."""

INITIAL_CAPACITY = 64
"""TokenBatch that a new cache has room for."""


def single_sentence_decoder(model: TranslationModel) -> Any:
    """An object with ``start`` and ``step`` of the model, for a single sentence with a single hypothesis."""
    if isinstance(model, Transformer) and model.device.type == "cpu" and model.tgt_embedding.dtype in DTYPES:
        return NumpyDecoder(model)
    return model


def to_numpy(tensor: Tensor) -> Array:
    """The tensor as a float32 array; a view if it is float32 already."""
    array: Array = tensor.detach().float().numpy()
    return array


class NumpyDecoder:
    """``start`` and ``step`` of a Transformer; its weights must not change in the meantime."""

    def __init__(self, model: Transformer) -> None:
        self.model = model
        self.layers = [NumpyDecoderLayer(layer) for layer in model.decoder if isinstance(layer, DecoderLayer)]
        self.norm = layer_norm(model.decoder_norm)
        self.positions = np.empty((0, model.settings.dim), np.float32)

    def start(self, src: Tensor, beam: int = 1) -> "KVCache":
        """Encode one sentence, src [1, S] without padding."""
        cross_kv = self.model.start(src, beam).cross_kv
        return KVCache([(to_numpy(keys[0]), to_numpy(values[0])) for keys, values in cross_kv])

    def step(self, cache: "KVCache", tokens: Tensor) -> Tensor:
        """Feed one token, [1], and return the hidden state, [1, dim]; updates ``cache``."""
        if cache.length == len(self.positions):
            self.positions = to_numpy(sinusoids(max(256, 2 * cache.length), cache.dim))
        table = self.model.tgt_embedding
        x = to_numpy(table[int(tokens)]) * np.float32(cache.dim**0.5) + self.positions[cache.length]
        for number, layer in enumerate(self.layers):
            x = layer.step(x, cache, number)
        cache.length += 1
        return torch.from_numpy(self.norm(x)).to(table.dtype)[None]


class KVCache:
    """Each layer's keys and values of source and target, [heads, positions, width]."""

    def __init__(self, cross_kv: list[tuple[Array, Array]]) -> None:
        self.cross_kv = cross_kv
        self.heads, _, self.width = cross_kv[0][0].shape
        self.dim = self.heads * self.width
        self.self_kv = [(self._empty(INITIAL_CAPACITY), self._empty(INITIAL_CAPACITY)) for _ in cross_kv]
        self.length = 0

    def _empty(self, positions: int) -> Array:
        return np.empty((self.heads, positions, self.width), np.float32)

    def append(self, layer: int, key: Array, value: Array) -> tuple[Array, Array]:
        """Add one position, [heads, width], and return all so far, [heads, length, width]."""
        keys, values = self.self_kv[layer]
        if self.length == keys.shape[1]:
            more = self._empty(self.length)
            keys, values = self.self_kv[layer] = np.concatenate([keys, more], 1), np.concatenate([values, more], 1)
        keys[:, self.length], values[:, self.length] = key, value
        return keys[:, : self.length + 1], values[:, : self.length + 1]


class NumpyDecoderLayer:
    """One decoder layer."""

    def __init__(self, layer: DecoderLayer) -> None:
        attention, cross, ffn = layer.attention, layer.cross, layer.feed
        self.attention, self.cross, self.ffn = residual(attention), residual(cross), residual(ffn)
        self.qkv, self.attention_out = linear_map(attention.qkv), linear_map(attention.out)
        self.query, self.cross_out = linear_map(cross.query), linear_map(cross.out)
        self.up, self.down = linear_map(ffn.up), linear_map(ffn.down)

    def step(self, x: Array, cache: KVCache, number: int) -> Array:
        """One position, [dim], to the same."""

        def attend_to_target(x: Array) -> Array:
            query, key, value = self.qkv(x).reshape(3, cache.heads, cache.width)
            return self.attention_out(attend(query, *cache.append(number, key, value)))

        def attend_to_source(x: Array) -> Array:
            return self.cross_out(attend(self.query(x).reshape(cache.heads, cache.width), *cache.cross_kv[number]))

        x = self.attention(x, attend_to_target)
        x = self.cross(x, attend_to_source)
        return self.ffn(x, lambda x: self.down(np.maximum(self.up(x), 0)))


def residual(block: Sublayer) -> Callable[[Array, Map], Array]:
    """The residual connection of a block around its sublayer; see ``Sublayer``."""
    normalise = layer_norm(block.norm)
    if block.pre:
        return lambda x, sublayer: x + sublayer(normalise(x))
    return lambda x, sublayer: normalise(x + sublayer(x))


def layer_norm(module: nn.Module) -> Map:
    """A layer normalisation, or the identity."""
    if not isinstance(module, nn.LayerNorm):
        return lambda x: x
    weight, bias = to_numpy(module.weight), to_numpy(module.bias)
    inverse_dim, eps = np.float32(1 / len(weight)), np.float32(module.eps)

    def normalise(x: Array) -> Array:
        x = x - np.add.reduce(x) * inverse_dim
        x *= (x.dot(x) * inverse_dim + eps) ** -0.5
        x *= weight
        x += bias
        return x

    return normalise


def linear_map(linear: nn.Linear) -> Map:
    """A linear map."""
    if linear.weight.numel() > LARGE:
        dtype = linear.weight.dtype
        return lambda x: to_numpy(linear(torch.from_numpy(x).to(dtype)[None])[0])
    weight, bias = to_numpy(linear.weight), to_numpy(linear.bias)

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
    context: Array = np.matmul(scores[:, None], values)
    return context.reshape(-1)
