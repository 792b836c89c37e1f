"""The LSTM encoder-decoder of Kim & Rush 2016: stacked layers, global attention, input feeding.

The architecture is that of Luong, Pham & Manning 2015 with "general" attention. With the encoder's states s, the last
decoder layer's state h, and W_a and W_c without biases:

    a_t = softmax over j of h_t . W_a s_j      v_t = tanh(W_c [sum_j a_tj s_j ; h_t])      q_t = softmax(W_s v_t + b)

The attentional vector v_t is an input of the next step, along with the next token (input feeding, their section 3.3).
The decoder starts from the encoder's last states; a layer has one bias.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqkd.data.dataset import PAD
from seqkd.models.base import TranslationModel
from seqkd.models.dropout import dropout
from seqkd.models.lstm_autograd import InputFeedingFunction, LstmLayerFunction, attention, cell, cell_dtype
from seqkd.models.lstm_settings import LstmSettings

RANGE, WIDTH = 0.1, 500
"""The papers draw weights uniformly from [-RANGE, RANGE], for widths of WIDTH and more."""

Memory = tuple[Tensor, Tensor, Tensor | None]
"""Keys W_a s and states s, [B, S, dim] each, and the mask [B, 1, S], -inf at padding (None if there is none)."""


class LstmLayer(nn.Module):
    """One layer: weights for its input and for its previous h, and one bias; gates in the order i, f, o, g."""

    def __init__(self, width: int, dim: int) -> None:
        super().__init__()
        self.input_weight = nn.Parameter(torch.empty(4 * dim, width))
        self.recurrent_weight = nn.Parameter(torch.empty(4 * dim, dim))
        self.bias = nn.Parameter(torch.empty(4 * dim))

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """All h and c, [T, B, dim] each, from x [T, B, width] and the initial state [B, dim]."""
        inputs = F.linear(x, self.input_weight, self.bias)
        hs, cs = LstmLayerFunction.apply(inputs, self.recurrent_weight, h, c)  # type: ignore[no-untyped-call]
        return hs, cs

    def joint_weight(self, dim: int) -> tuple[Tensor, Tensor]:
        """The weight over the last ``dim`` of the input and h, [4 * dim, 2 * dim], and the bias."""
        return torch.cat([self.input_weight[:, -dim:], self.recurrent_weight], 1), self.bias

    def step(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """One step: from x [N, width] and the state [N, dim] to the next state."""
        gates = (F.linear(x, self.input_weight, self.bias) + F.linear(h, self.recurrent_weight)).to(c.dtype)
        next_h, next_c = torch.empty_like(h), torch.empty_like(c)
        cell(gates, c, next_c, next_h)
        return next_h, next_c


class LstmDecoderState:
    """The state of B sentences with K hypotheses each (see :class:`seqkd.models.base.DecoderState`).

    ``rows`` holds one tensor [B*K, dim] for h of each layer, c of each layer, and the attentional vector.
    """

    def __init__(self, rows: list[Tensor], memory: Memory, beam: int) -> None:
        self.rows, self.memory, self.beam = rows, memory, beam

    def reorder(self, rows: Tensor) -> None:
        """See DecoderState.reorder."""
        self.rows = [states.index_select(0, rows) for states in self.rows]

    def select(self, sentences: Tensor, beam: int) -> None:
        """See DecoderState.select."""
        keys, states, mask = self.memory
        mask = None if mask is None else mask.index_select(0, sentences)
        self.memory = keys.index_select(0, sentences), states.index_select(0, sentences), mask
        self.reorder((sentences[:, None] * beam + torch.arange(beam, device=sentences.device)).flatten())


class Lstm(TranslationModel):
    """Encoder, decoder, embeddings; no weights are tied. The softmax bias is the last column of ``output_weight``,
    multiplied by the constant 1 at the end of every hidden state: hidden states are [.., dim + 1]."""

    def __init__(self, settings: LstmSettings, src_vocabulary: int, tgt_vocabulary: int) -> None:
        super().__init__()
        self.settings = settings
        dim, layers, fed_dim = settings.dim, settings.layers, settings.dim * settings.input_feeding
        self.src_embedding = nn.Parameter(torch.empty(src_vocabulary, dim))
        self.tgt_embedding = nn.Parameter(torch.empty(tgt_vocabulary, dim))
        self.output_weight = nn.Parameter(torch.empty(tgt_vocabulary, dim + 1))
        self.encoder = nn.ModuleList(LstmLayer(dim, dim) for _ in range(layers))
        self.decoder = nn.ModuleList(LstmLayer(dim if layer else dim + fed_dim, dim) for layer in range(layers))
        self.attention_weight = nn.Parameter(torch.empty(dim, dim))
        self.combine_weight = nn.Parameter(torch.empty(dim, 2 * dim))
        self.reset()

    def reset(self) -> None:
        """Draw new weights uniformly from the papers' range.

        Layers narrower than theirs would have smaller sums and learn several times more slowly, so the range is
        widened for them.
        """
        limit = RANGE * max(1.0, WIDTH / self.settings.dim) ** 0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -limit, limit)

    def dropout(self, x: Tensor, axis: int) -> Tensor:
        """Dropout while training, with the batch along ``axis``."""
        return dropout(x, self.settings.dropout, self.training, axis)

    def encode(self, src: Tensor) -> tuple[Memory, list[Tensor]]:
        """src [B, S] to the memory and the decoder's initial state: h of each layer, then c of each, [B, dim].

        The encoder reads from left to right, so padding on the right does not affect it; the initial state is the
        encoder's state at the end of each sentence.
        """
        padding = src == PAD
        ends, rows = (~padding).sum(1) - 1, torch.arange(len(src), device=src.device)
        x = F.embedding(src.T, self.src_embedding)
        h = x.new_zeros(len(src), self.settings.dim)
        final_states = []
        for number, layer in enumerate(self.encoder):
            x, cs = layer(self.dropout(x, 1) if number else x, h, h.to(cell_dtype(h.dtype)))
            final_states.append((x[ends, rows], cs[ends, rows]))
        mask = None
        if bool(padding.any()):
            mask = x.new_zeros(padding.shape).masked_fill_(padding, -math.inf)[:, None]
        states = x.transpose(0, 1).contiguous()
        memory = (states @ self.attention_weight, states, mask)
        return memory, [h for h, _ in final_states] + [c for _, c in final_states]

    def decode(self, encoded: tuple[Memory, list[Tensor]], prefix: Tensor) -> Tensor:
        """Hidden states at all positions of the prefix [B, T]. Padding on the right needs no mask here."""
        memory, states = encoded
        x = F.embedding(prefix.T, self.tgt_embedding)
        run = self.with_feeding if self.settings.input_feeding else self.without_feeding
        return append_one(run(x, memory, states))

    def with_feeding(self, x: Tensor, memory: Memory, states: list[Tensor]) -> Tensor:
        """Attentional vectors [B, T, dim] for the embeddings x [T, B, dim], each fed to the next step."""
        dim, first_layer = self.settings.dim, self.decoder[0]
        assert isinstance(first_layer, LstmLayer)
        inputs = F.linear(x, first_layer.input_weight[:, :dim], first_layer.bias)
        weights, biases = zip(*(layer.joint_weight(dim) for layer in self.decoder), strict=True)  # type: ignore[operator]
        masks = None
        if self.training and self.settings.dropout:
            masks = self.dropout(x.new_ones(len(self.decoder), *x.shape), 2)
        vectors: Tensor = InputFeedingFunction.apply(  # type: ignore[no-untyped-call]
            inputs, self.combine_weight, *memory, masks, *states, *weights, *biases[1:]
        )
        return vectors

    def without_feeding(self, x: Tensor, memory: Memory, states: list[Tensor]) -> Tensor:
        """The same without input feeding: layer by layer, then attention at all positions at once."""
        for number, layer in enumerate(self.decoder):
            x, _ = layer(self.dropout(x, 1) if number else x, states[number], states[len(self.decoder) + number])
        return self.dropout(self.attentional_vectors(x.transpose(0, 1), memory), 0)

    def attentional_vectors(self, h: Tensor, memory: Memory) -> Tensor:
        """Attentional vectors from the last layer's h, [B, Q, dim] to the same."""
        _, context = attention(h, *memory)
        return F.linear(torch.cat([context, h], -1), self.combine_weight).tanh()

    def start(self, src: Tensor, beam: int) -> LstmDecoderState:
        """See the base class."""
        memory, states = self.encode(src)
        rows = [*states, torch.zeros_like(states[0])]
        return LstmDecoderState([tensor.repeat_interleave(beam, 0) for tensor in rows], memory, beam)

    @torch.no_grad()
    def step(self, state: LstmDecoderState, tokens: Tensor) -> Tensor:
        """See the base class. It has no gradient."""
        layers, rows = len(self.decoder), state.rows
        x = F.embedding(tokens, self.tgt_embedding)
        if self.settings.input_feeding:
            x = torch.cat([x, rows[-1]], 1)
        for number, layer in enumerate(self.decoder):
            rows[number], rows[layers + number] = layer.step(x, rows[number], rows[layers + number])  # type: ignore[operator]
            x = rows[number]
        rows[-1] = self.attentional_vectors(x.unflatten(0, (-1, state.beam)), state.memory).flatten(0, 1)
        return append_one(rows[-1])


def append_one(x: Tensor) -> Tensor:
    """[.., dim] to [.., dim + 1], with a 1 at the end."""
    return F.pad(x, (0, 1), value=1.0)


Model, Settings = Lstm, LstmSettings
