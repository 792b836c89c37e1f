"""The Transformer encoder-decoder of Vaswani et al. 2017, with pre- or post-norm.

Attention is plain matrix products and softmax: for sentences of tens of tokens on a CPU that beats the fused kernels,
whose backward pass in bfloat16 is slow.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqkd.batches.dataset import PAD
from seqkd.models.dropout import dropout
from seqkd.models.interface import TranslationModel
from seqkd.models.transformer_settings import TransformerSettings


def sinusoids(length: int, dim: int) -> Tensor:
    """Position vectors of Vaswani et al. 2017, section 3.5, as [length, dim]: sines first, then cosines."""
    rates = torch.exp(torch.arange(0, dim, 2, dtype=torch.float64, device="cpu") * (-math.log(10000.0) / dim))
    angles = torch.arange(length, dtype=torch.float64, device="cpu")[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def split_heads(x: Tensor, heads: int, parts: int) -> tuple[Tensor, ...]:
    """[B, T, parts * dim] to ``parts`` of [B, heads, T, dim / heads], laid out in one copy as bmm wants them."""
    split: Tensor = x.unflatten(-1, (parts, heads, -1)).permute(2, 0, 3, 1, 4).contiguous()
    return split.unbind()


def widened(x: Tensor) -> Tensor:
    """bfloat16 as float32: attention with one or a few queries a product, as in a search, takes half the time so."""
    return x.float() if x.dtype == torch.bfloat16 else x


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, rate: float) -> Tensor:
    """Scaled dot-product attention.

    Args:
        query: [B, heads, Q, width]. key, value: [B, heads, L, width].
        bias: added to the scores, [B, 1, 1, L] or [Q, L]; -inf forbids.

    Returns:
        [B, Q, heads * width].
    """
    batch, heads, _, width = query.shape
    query, key, value = query.flatten(0, 1), key.flatten(0, 1), value.flatten(0, 1)
    if bias is None:
        scores = torch.bmm(query, key.transpose(1, 2)) * width**-0.5
    else:
        if bias.dim() == 4:
            bias = bias.expand(-1, heads, -1, -1).flatten(0, 1)
        scores = torch.baddbmm(bias, query, key.transpose(1, 2), alpha=width**-0.5)
    weights = dropout(scores.softmax(-1), rate, rate > 0)
    mixed: Tensor = torch.bmm(weights, value).unflatten(0, (batch, heads))
    return mixed.transpose(1, 2).flatten(2)


class Block(nn.Module):
    """A residual branch: normalisation before (pre) or after (post) the sum, dropout on the branch."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(settings.dim)
        self.pre = settings.norm == "pre"
        self.dropout = settings.dropout

    def enter(self, x: Tensor) -> Tensor:
        """What the branch computes on."""
        return self.norm(x) if self.pre else x

    def leave(self, x: Tensor, branch: Tensor) -> Tensor:
        """The residual sum."""
        x = x + dropout(branch, self.dropout, self.training)
        return x if self.pre else self.norm(x)


class SelfAttention(Block):
    """Self-attention of encoder or decoder."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__(settings)
        self.heads, self.attention_dropout = settings.heads, settings.attention_dropout
        self.qkv = nn.Linear(settings.dim, 3 * settings.dim)
        self.out = nn.Linear(settings.dim, settings.dim)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """[B, T, dim] to the same."""
        query, key, value = split_heads(self.qkv(self.enter(x)), self.heads, 3)
        mixed = attend(query, key, value, bias, self.attention_dropout if self.training else 0.0)
        return self.leave(x, self.out(mixed))

    def step(self, x: Tensor, cache: "Cache", layer: int) -> Tensor:
        """One new position a row, [N, dim], with all earlier ones from the cache."""
        query, key, value = split_heads(widened(self.qkv(self.enter(x))[:, None]), self.heads, 3)
        keys, values = cache.append(layer, key, value)
        return self.leave(x, self.out(attend(query, keys, values, None, 0.0)[:, 0].to(x.dtype)))


class CrossAttention(Block):
    """Attention from decoder positions to the encoder's output."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__(settings)
        self.heads, self.attention_dropout = settings.heads, settings.attention_dropout
        self.query = nn.Linear(settings.dim, settings.dim)
        self.kv = nn.Linear(settings.dim, 2 * settings.dim)
        self.out = nn.Linear(settings.dim, settings.dim)

    def project(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the encoder's output: [B, S, dim] to two of [B, heads, S, width]."""
        key, value = split_heads(self.kv(memory), self.heads, 2)
        return key, value

    def forward(self, x: Tensor, keys: tuple[Tensor, Tensor], bias: Tensor | None) -> Tensor:
        """[B, T, dim] to the same; in a search T runs over the hypotheses of a sentence, which share its keys."""
        (query,) = split_heads(self.query(self.enter(x)).to(keys[0].dtype), self.heads, 1)
        mixed = attend(query, *keys, bias, self.attention_dropout if self.training else 0.0)
        return self.leave(x, self.out(mixed.to(x.dtype)))


class FeedForward(Block):
    """Two linear maps with a ReLU between."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__(settings)
        self.activation_dropout = settings.activation_dropout
        self.up = nn.Linear(settings.dim, settings.ffn)
        self.down = nn.Linear(settings.ffn, settings.dim)

    def forward(self, x: Tensor) -> Tensor:
        """[.., dim] to the same."""
        inner = F.relu(self.up(self.enter(x)))
        inner = dropout(inner, self.activation_dropout, self.training)
        return self.leave(x, self.down(inner))


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.attention, self.feed = SelfAttention(settings), FeedForward(settings)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """[B, S, dim] to the same."""
        x = self.attention(x, bias)
        return self.feed(x)  # type: ignore[no-any-return]


class DecoderLayer(nn.Module):
    """Self-attention, cross-attention and feed-forward."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.attention, self.cross, self.feed = SelfAttention(settings), CrossAttention(settings), FeedForward(settings)

    def forward(self, x: Tensor, causal: Tensor, memory: Tensor, bias: Tensor | None) -> Tensor:
        """[B, T, dim] to the same."""
        x = self.attention(x, causal)
        x = self.cross(x, self.cross.project(memory), bias)
        return self.feed(x)  # type: ignore[no-any-return]


class Cache:
    """Keys and values of B sentences with K hypotheses each (see :class:`seqkd.models.interface.State`)."""

    def __init__(self, cross: list[tuple[Tensor, Tensor]], bias: Tensor | None, beam: int) -> None:
        self.cross, self.bias, self.beam = cross, bias, beam
        self.own: list[tuple[Tensor, Tensor] | None] = [None] * len(cross)
        self.length = 0

    def append(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Add one position, [N, heads, 1, width], and give all so far, [N, heads, length, width]."""
        own = self.own[layer]
        if own is not None:
            key, value = torch.cat([own[0], key], 2), torch.cat([own[1], value], 2)
        self.own[layer] = (key, value)
        return key, value

    def reorder(self, rows: Tensor) -> None:
        """See State.reorder."""
        self.own = [own and (own[0].index_select(0, rows), own[1].index_select(0, rows)) for own in self.own]

    def keep(self, sentences: Tensor, beam: int) -> None:
        """See State.keep."""
        self.cross = [(key.index_select(0, sentences), value.index_select(0, sentences)) for key, value in self.cross]
        self.bias = None if self.bias is None else self.bias.index_select(0, sentences)
        self.reorder((sentences[:, None] * beam + torch.arange(beam, device=sentences.device)).flatten())


class Transformer(TranslationModel):
    """Encoder, decoder, embeddings. Tied embeddings are one parameter (``settings.tied``)."""

    def __init__(self, settings: TransformerSettings, src_vocabulary: int, tgt_vocabulary: int) -> None:
        super().__init__()
        self.settings = settings
        dim = settings.dim
        self.tgt_embedding = nn.Parameter(torch.empty(tgt_vocabulary, dim))
        self.src_embedding = (
            self.tgt_embedding if settings.tied == "all" else nn.Parameter(torch.empty(src_vocabulary, dim))
        )
        self.output_weight = (
            nn.Parameter(torch.empty(tgt_vocabulary, dim)) if settings.tied == "none" else self.tgt_embedding
        )
        self.encoder = nn.ModuleList(EncoderLayer(settings) for _ in range(settings.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(settings) for _ in range(settings.decoder_layers))
        last = nn.LayerNorm if settings.norm == "pre" else nn.Identity
        self.encoder_norm, self.decoder_norm = last(dim), last(dim)
        self._positions = torch.empty(0, dim, device="cpu")
        self.reset()

    def reset(self) -> None:
        """Draw new weights: embeddings N(0, 1/dim), matrices Xavier uniform, biases 0, norms 1."""
        for parameter in dict.fromkeys((self.src_embedding, self.tgt_embedding, self.output_weight)):
            nn.init.normal_(parameter, std=self.settings.dim**-0.5)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def embed(self, table: Tensor, ids: Tensor, first: int = 0) -> Tensor:
        """Scaled embeddings plus positions from ``first`` on: [B, T] to [B, T, dim]."""
        end = first + ids.shape[1]
        known = self._positions
        if end > len(known) or known.dtype != table.dtype or known.device != table.device:
            self._positions = sinusoids(max(end, 256), self.settings.dim).to(table.device, table.dtype)
        x = F.embedding(ids, table) * self.settings.dim**0.5 + self._positions[first:end]
        return dropout(x, self.settings.dropout, self.training)

    def encode(self, src: Tensor) -> tuple[Tensor, Tensor | None]:
        """src [B, S] to the memory [B, S, dim] and the bias [B, 1, 1, S] that hides padding (None if there is none)."""
        padding = src == PAD
        bias = None
        if bool(padding.any()):
            bias = self.src_embedding.new_zeros(padding.shape).masked_fill_(padding, -math.inf)[:, None, None]
        x = self.embed(self.src_embedding, src)
        for layer in self.encoder:
            x = layer(x, bias)
        return self.encoder_norm(x), bias

    def decode(self, encoded: tuple[Tensor, Tensor | None], prefix: Tensor) -> Tensor:
        """See the base class. Padding needs no mask on the target side: it stands behind what it could disturb."""
        memory, bias = encoded
        length = prefix.shape[1]
        causal = memory.new_full((length, length), -math.inf).triu_(1)
        x = self.embed(self.tgt_embedding, prefix)
        for layer in self.decoder:
            x = layer(x, causal, memory, bias)
        return self.decoder_norm(x)  # type: ignore[no-any-return]

    def start(self, src: Tensor, beam: int) -> Cache:
        """See the base class."""
        memory, bias = self.encode(src)
        cross = []
        for layer in self.decoder:
            assert isinstance(layer, DecoderLayer)
            key, value = layer.cross.project(memory)
            cross.append((widened(key), widened(value)))
        return Cache(cross, None if bias is None else widened(bias), beam)

    def step(self, state: Cache, tokens: Tensor) -> Tensor:
        """See the base class."""
        x = self.embed(self.tgt_embedding, tokens[:, None], state.length)[:, 0]
        for number, layer in enumerate(self.decoder):
            assert isinstance(layer, DecoderLayer)
            x = layer.attention.step(x, state, number)
            grouped = x.unflatten(0, (-1, state.beam))
            x = layer.cross(grouped, state.cross[number], state.bias).flatten(0, 1)
            x = layer.feed(x)
        state.length += 1
        return self.decoder_norm(x)  # type: ignore[no-any-return]


Model, Settings = Transformer, TransformerSettings
