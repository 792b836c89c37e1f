"""The Transformer encoder-decoder of Vaswani et al. 2017, with pre- or post-norm.

Attention is plain matrix products and softmax: for sentences of tens of tokens on a CPU that is faster than the fused
kernels, whose backward pass in bfloat16 is slow.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqkd.data.dataset import PAD
from seqkd.models.base import TranslationModel
from seqkd.models.dropout import dropout
from seqkd.models.transformer_settings import TransformerSettings


def sinusoids(length: int, dim: int) -> Tensor:
    """Position vectors of Vaswani et al. 2017, section 3.5, as [length, dim]: sines first, then cosines."""
    rates = torch.exp(torch.arange(0, dim, 2, dtype=torch.float64, device="cpu") * (-math.log(10000.0) / dim))
    angles = torch.arange(length, dtype=torch.float64, device="cpu")[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def split_heads(x: Tensor, heads: int, count: int) -> tuple[Tensor, ...]:
    """[B, T, count * dim] to ``count`` tensors [B, heads, T, dim / heads], contiguous for bmm, in one copy."""
    split: Tensor = x.unflatten(-1, (count, heads, -1)).permute(2, 0, 3, 1, 4).contiguous()
    return split.unbind()


def upcast(x: Tensor) -> Tensor:
    """bfloat16 as float32: that halves the time of attention with one or a few queries per product, as in a search."""
    return x.float() if x.dtype == torch.bfloat16 else x


def attend(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None, dropout_rate: float) -> Tensor:
    """Scaled dot-product attention.

    Args:
        query: [B, heads, Q, width]. key, value: [B, heads, L, width].
        attn_mask: added to the scores, [B, 1, 1, L] or [Q, L]; -inf forbids.

    Returns:
        [B, Q, heads * width].
    """
    batch, heads, _, width = query.shape
    query, key, value = query.flatten(0, 1), key.flatten(0, 1), value.flatten(0, 1)
    if attn_mask is None:
        scores = torch.bmm(query, key.transpose(1, 2)) * width**-0.5
    else:
        if attn_mask.dim() == 4:
            attn_mask = attn_mask.expand(-1, heads, -1, -1).flatten(0, 1)
        scores = torch.baddbmm(attn_mask, query, key.transpose(1, 2), alpha=width**-0.5)
    weights = dropout(scores.softmax(-1), dropout_rate, dropout_rate > 0)
    context: Tensor = torch.bmm(weights, value).unflatten(0, (batch, heads))
    return context.transpose(1, 2).flatten(2)


class Sublayer(nn.Module):
    """A sublayer with its residual connection: layer norm before the sublayer (pre) or after the sum (post)."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(settings.dim)
        self.pre = settings.norm == "pre"
        self.dropout = settings.dropout

    def pre_norm(self, x: Tensor) -> Tensor:
        """The input of the sublayer."""
        return self.norm(x) if self.pre else x

    def add_residual(self, x: Tensor, output: Tensor) -> Tensor:
        """The residual sum, with dropout on the sublayer's output."""
        x = x + dropout(output, self.dropout, self.training)
        return x if self.pre else self.norm(x)


class SelfAttention(Sublayer):
    """Self-attention of the encoder or the decoder."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__(settings)
        self.heads, self.attention_dropout = settings.heads, settings.attention_dropout
        self.qkv = nn.Linear(settings.dim, 3 * settings.dim)
        self.out = nn.Linear(settings.dim, settings.dim)

    def forward(self, x: Tensor, attn_mask: Tensor | None) -> Tensor:
        """[B, T, dim] to the same."""
        query, key, value = split_heads(self.qkv(self.pre_norm(x)), self.heads, 3)
        context = attend(query, key, value, attn_mask, self.attention_dropout if self.training else 0.0)
        return self.add_residual(x, self.out(context))

    def step(self, x: Tensor, cache: "Cache", layer: int) -> Tensor:
        """One new position per row, [N, dim]; the earlier ones are in the cache."""
        query, key, value = split_heads(upcast(self.qkv(self.pre_norm(x))[:, None]), self.heads, 3)
        keys, values = cache.append(layer, key, value)
        return self.add_residual(x, self.out(attend(query, keys, values, None, 0.0)[:, 0].to(x.dtype)))


class CrossAttention(Sublayer):
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

    def forward(self, x: Tensor, kv: tuple[Tensor, Tensor], attn_mask: Tensor | None) -> Tensor:
        """[B, T, dim] to the same; in a search T runs over the hypotheses of a sentence, which share ``kv``."""
        (query,) = split_heads(self.query(self.pre_norm(x)).to(kv[0].dtype), self.heads, 1)
        context = attend(query, *kv, attn_mask, self.attention_dropout if self.training else 0.0)
        return self.add_residual(x, self.out(context.to(x.dtype)))


class FeedForward(Sublayer):
    """Two linear maps with a ReLU in between."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__(settings)
        self.activation_dropout = settings.activation_dropout
        self.up = nn.Linear(settings.dim, settings.ffn_dim)
        self.down = nn.Linear(settings.ffn_dim, settings.dim)

    def forward(self, x: Tensor) -> Tensor:
        """[.., dim] to the same."""
        inner = F.relu(self.up(self.pre_norm(x)))
        inner = dropout(inner, self.activation_dropout, self.training)
        return self.add_residual(x, self.down(inner))


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.attention, self.feed = SelfAttention(settings), FeedForward(settings)

    def forward(self, x: Tensor, attn_mask: Tensor | None) -> Tensor:
        """[B, S, dim] to the same."""
        x = self.attention(x, attn_mask)
        return self.feed(x)  # type: ignore[no-any-return]


class DecoderLayer(nn.Module):
    """Self-attention, cross-attention and feed-forward."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.attention, self.cross, self.feed = SelfAttention(settings), CrossAttention(settings), FeedForward(settings)

    def forward(self, x: Tensor, causal_mask: Tensor, memory: Tensor, memory_mask: Tensor | None) -> Tensor:
        """[B, T, dim] to the same."""
        x = self.attention(x, causal_mask)
        x = self.cross(x, self.cross.project(memory), memory_mask)
        return self.feed(x)  # type: ignore[no-any-return]


class Cache:
    """Keys and values of B sentences with K hypotheses each (see :class:`seqkd.models.base.DecoderState`)."""

    def __init__(self, cross_kv: list[tuple[Tensor, Tensor]], attn_mask: Tensor | None, beam: int) -> None:
        self.cross_kv, self.attn_mask, self.beam = cross_kv, attn_mask, beam
        self.self_kv: list[tuple[Tensor, Tensor] | None] = [None] * len(cross_kv)
        self.length = 0

    def append(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Add one position, [N, heads, 1, width], and return all so far, [N, heads, length, width]."""
        previous = self.self_kv[layer]
        if previous is not None:
            key, value = torch.cat([previous[0], key], 2), torch.cat([previous[1], value], 2)
        self.self_kv[layer] = (key, value)
        return key, value

    def reorder(self, rows: Tensor) -> None:
        """See DecoderState.reorder."""
        self.self_kv = [kv and (kv[0].index_select(0, rows), kv[1].index_select(0, rows)) for kv in self.self_kv]

    def select(self, sentences: Tensor, beam: int) -> None:
        """See DecoderState.select."""
        self.cross_kv = [(k.index_select(0, sentences), v.index_select(0, sentences)) for k, v in self.cross_kv]
        self.attn_mask = None if self.attn_mask is None else self.attn_mask.index_select(0, sentences)
        self.reorder((sentences[:, None] * beam + torch.arange(beam, device=sentences.device)).flatten())


class Transformer(TranslationModel):
    """Encoder, decoder, embeddings. Tied embeddings are a single parameter (``settings.tie_embeddings``)."""

    def __init__(self, settings: TransformerSettings, src_vocabulary: int, tgt_vocabulary: int) -> None:
        super().__init__()
        self.settings = settings
        dim = settings.dim
        self.tgt_embedding = nn.Parameter(torch.empty(tgt_vocabulary, dim))
        self.src_embedding = (
            self.tgt_embedding if settings.tie_embeddings == "all" else nn.Parameter(torch.empty(src_vocabulary, dim))
        )
        self.output_weight = (
            nn.Parameter(torch.empty(tgt_vocabulary, dim)) if settings.tie_embeddings == "none" else self.tgt_embedding
        )
        self.encoder = nn.ModuleList(EncoderLayer(settings) for _ in range(settings.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(settings) for _ in range(settings.decoder_layers))
        final_norm = nn.LayerNorm if settings.norm == "pre" else nn.Identity
        self.encoder_norm, self.decoder_norm = final_norm(dim), final_norm(dim)
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

    def embed(self, table: Tensor, ids: Tensor, start: int = 0) -> Tensor:
        """Scaled embeddings plus positions from ``start`` on: [B, T] to [B, T, dim]."""
        stop = start + ids.shape[1]
        cached = self._positions
        if stop > len(cached) or cached.dtype != table.dtype or cached.device != table.device:
            self._positions = sinusoids(max(stop, 256), self.settings.dim).to(table.device, table.dtype)
        x = F.embedding(ids, table) * self.settings.dim**0.5 + self._positions[start:stop]
        return dropout(x, self.settings.dropout, self.training)

    def encode(self, src: Tensor) -> tuple[Tensor, Tensor | None]:
        """src [B, S] to the memory [B, S, dim] and its mask [B, 1, 1, S], -inf at padding (None if there is none)."""
        padding = src == PAD
        attn_mask = None
        if bool(padding.any()):
            attn_mask = self.src_embedding.new_zeros(padding.shape).masked_fill_(padding, -math.inf)[:, None, None]
        x = self.embed(self.src_embedding, src)
        for layer in self.encoder:
            x = layer(x, attn_mask)
        return self.encoder_norm(x), attn_mask

    def decode(self, encoded: tuple[Tensor, Tensor | None], prefix: Tensor) -> Tensor:
        """See the base class. On the target side the causal mask hides padding too, since it is on the right."""
        memory, memory_mask = encoded
        length = prefix.shape[1]
        causal_mask = memory.new_full((length, length), -math.inf).triu_(1)
        x = self.embed(self.tgt_embedding, prefix)
        for layer in self.decoder:
            x = layer(x, causal_mask, memory, memory_mask)
        return self.decoder_norm(x)  # type: ignore[no-any-return]

    def start(self, src: Tensor, beam: int) -> Cache:
        """See the base class."""
        memory, attn_mask = self.encode(src)
        cross_kv = []
        for layer in self.decoder:
            assert isinstance(layer, DecoderLayer)
            key, value = layer.cross.project(memory)
            cross_kv.append((upcast(key), upcast(value)))
        return Cache(cross_kv, None if attn_mask is None else upcast(attn_mask), beam)

    def step(self, state: Cache, tokens: Tensor) -> Tensor:
        """See the base class."""
        x = self.embed(self.tgt_embedding, tokens[:, None], state.length)[:, 0]
        for number, layer in enumerate(self.decoder):
            assert isinstance(layer, DecoderLayer)
            x = layer.attention.step(x, state, number)
            grouped = x.unflatten(0, (-1, state.beam))
            x = layer.cross(grouped, state.cross_kv[number], state.attn_mask).flatten(0, 1)
            x = layer.feed(x)
        state.length += 1
        return self.decoder_norm(x)  # type: ignore[no-any-return]


Model, Settings = Transformer, TransformerSettings
