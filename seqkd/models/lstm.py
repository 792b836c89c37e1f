"""The LSTM encoder-decoder of Kim & Rush 2016: stacked layers, global attention, input feeding.

The architecture is that of Luong, Pham & Manning 2015 with "general" attention, s the encoder's states, h the last
decoder layer's, W_a and W_c without biases:

    a_t = softmax over j of h_t . W_a s_j      v_t = tanh(W_c [sum_j a_tj s_j ; h_t])      q_t = softmax(W_s v_t + b)

The attentional vector v_t goes into the next step beside the next word (input feeding, their section 3.3). The decoder
starts from the encoder's last states; a layer has one bias.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seqkd.batches.dataset import PAD
from seqkd.models.dropout import dropout
from seqkd.models.interface import TranslationModel
from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.recurrence import Fed, Layer, attention, cell, wide

RANGE, WIDTH = 0.1, 500
"""The papers draw weights evenly from [-RANGE, RANGE], for widths of WIDTH and more."""

Memory = tuple[Tensor, Tensor, Tensor | None]
"""Keys W_a s and states s, [B, S, dim] each, and the bias [B, 1, S] that hides padding (None if there is none)."""


class LstmLayer(nn.Module):
    """One layer: weights of its input and of its own last h, and one bias, for the gates i, f, o, g in this order."""

    def __init__(self, width: int, dim: int) -> None:
        super().__init__()
        self.input_weight = nn.Parameter(torch.empty(4 * dim, width))
        self.recurrent_weight = nn.Parameter(torch.empty(4 * dim, dim))
        self.bias = nn.Parameter(torch.empty(4 * dim))

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """All h and c, [T, B, dim] each, from x [T, B, width] and the first state [B, dim]."""
        inputs = F.linear(x, self.input_weight, self.bias)
        hs, cs = Layer.apply(inputs, self.recurrent_weight, h, c)  # type: ignore[no-untyped-call]
        return hs, cs

    def both(self, dim: int) -> tuple[Tensor, Tensor]:
        """The weight over the last ``dim`` of the input and h, [4 * dim, 2 * dim], and the bias."""
        return torch.cat([self.input_weight[:, -dim:], self.recurrent_weight], 1), self.bias

    def step(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """One step: x [N, width] and the state [N, dim] to the next state."""
        gates = (F.linear(x, self.input_weight, self.bias) + F.linear(h, self.recurrent_weight)).to(c.dtype)
        next_h, next_c = torch.empty_like(h), torch.empty_like(c)
        cell(gates, c, next_c, next_h)
        return next_h, next_c


class Running:
    """The state of B sentences with K hypotheses each (see :class:`seqkd.models.interface.State`).

    ``own`` holds what each row has for itself, [B*K, dim]: h of each layer, c of each layer, the fed vector.
    """

    def __init__(self, own: list[Tensor], memory: Memory, beam: int) -> None:
        self.own, self.memory, self.beam = own, memory, beam

    def reorder(self, rows: Tensor) -> None:
        """See State.reorder."""
        self.own = [one.index_select(0, rows) for one in self.own]

    def keep(self, sentences: Tensor, beam: int) -> None:
        """See State.keep."""
        keys, states, bias = self.memory
        bias = None if bias is None else bias.index_select(0, sentences)
        self.memory = keys.index_select(0, sentences), states.index_select(0, sentences), bias
        self.reorder((sentences[:, None] * beam + torch.arange(beam, device=sentences.device)).flatten())


class Lstm(TranslationModel):
    """Encoder, decoder, embeddings; nothing is tied. The softmax bias is the last column of ``output_weight``, which
    the constant one at the end of every hidden state takes in: hidden states are [.., dim + 1]."""

    def __init__(self, settings: LstmSettings, src_vocabulary: int, tgt_vocabulary: int) -> None:
        super().__init__()
        self.settings = settings
        dim, layers, fed = settings.dim, settings.layers, settings.dim * settings.input_feeding
        self.src_embedding = nn.Parameter(torch.empty(src_vocabulary, dim))
        self.tgt_embedding = nn.Parameter(torch.empty(tgt_vocabulary, dim))
        self.output_weight = nn.Parameter(torch.empty(tgt_vocabulary, dim + 1))
        self.encoder = nn.ModuleList(LstmLayer(dim, dim) for _ in range(layers))
        self.decoder = nn.ModuleList(LstmLayer(dim if layer else dim + fed, dim) for layer in range(layers))
        self.attention_weight = nn.Parameter(torch.empty(dim, dim))
        self.combine_weight = nn.Parameter(torch.empty(dim, 2 * dim))
        self.reset()

    def reset(self) -> None:
        """Draw new weights evenly from the papers' range; narrower layers, whose sums would come out smaller and learn
        several times slower, from a range as much wider."""
        limit = RANGE * max(1.0, WIDTH / self.settings.dim) ** 0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -limit, limit)

    def dropout(self, x: Tensor, axis: int) -> Tensor:
        """Dropout while training, of a batch along ``axis``."""
        return dropout(x, self.settings.dropout, self.training, axis)

    def encode(self, src: Tensor) -> tuple[Memory, list[Tensor]]:
        """src [B, S] to what the decoder attends to, and its first state: h of each layer, then c of each, [B, dim].

        The encoder reads from left to right, so padding, which stands behind, disturbs nothing; the state handed on is
        that at a sentence's end.
        """
        padding = src == PAD
        last, rows = (~padding).sum(1) - 1, torch.arange(len(src), device=src.device)
        x = F.embedding(src.T, self.src_embedding)
        h = x.new_zeros(len(src), self.settings.dim)
        ends = []
        for number, layer in enumerate(self.encoder):
            x, cs = layer(self.dropout(x, 1) if number else x, h, h.to(wide(h.dtype)))
            ends.append((x[last, rows], cs[last, rows]))
        bias = None
        if bool(padding.any()):
            bias = x.new_zeros(padding.shape).masked_fill_(padding, -math.inf)[:, None]
        states = x.transpose(0, 1).contiguous()
        return (states @ self.attention_weight, states, bias), [h for h, _ in ends] + [c for _, c in ends]

    def decode(self, encoded: tuple[Memory, list[Tensor]], prefix: Tensor) -> Tensor:
        """Hidden states at every position of the prefix [B, T], from what :meth:`encode` gives. Padding needs no mask
        here: it stands behind what it could disturb."""
        memory, states = encoded
        x = F.embedding(prefix.T, self.tgt_embedding)
        run = self.with_feeding if self.settings.input_feeding else self.without_feeding
        return with_one(run(x, memory, states))

    def with_feeding(self, x: Tensor, memory: Memory, states: list[Tensor]) -> Tensor:
        """Attentional vectors [B, T, dim] of the words x [T, B, dim], each fed to the next step."""
        dim, first = self.settings.dim, self.decoder[0]
        assert isinstance(first, LstmLayer)
        inputs = F.linear(x, first.input_weight[:, :dim], first.bias)
        weights, biases = zip(*(layer.both(dim) for layer in self.decoder), strict=True)  # type: ignore[operator]
        drops = None
        if self.training and self.settings.dropout:
            drops = self.dropout(x.new_ones(len(self.decoder), *x.shape), 2)
        vectors: Tensor = Fed.apply(inputs, self.combine_weight, *memory, drops, *states, *weights, *biases[1:])  # type: ignore[no-untyped-call]
        return vectors

    def without_feeding(self, x: Tensor, memory: Memory, states: list[Tensor]) -> Tensor:
        """The same where nothing is fed: layer by layer, then attention at all positions at once."""
        for number, layer in enumerate(self.decoder):
            x, _ = layer(self.dropout(x, 1) if number else x, states[number], states[len(self.decoder) + number])
        return self.dropout(self.vectors(x.transpose(0, 1), memory), 0)

    def vectors(self, h: Tensor, memory: Memory) -> Tensor:
        """Attentional vectors from the last layer's h, [B, Q, dim] to the same."""
        _, mixed = attention(h, *memory)
        return F.linear(torch.cat([mixed, h], -1), self.combine_weight).tanh()

    def start(self, src: Tensor, beam: int) -> Running:
        """See the base class."""
        memory, states = self.encode(src)
        own = [*states, torch.zeros_like(states[0])]
        return Running([one.repeat_interleave(beam, 0) for one in own], memory, beam)

    @torch.no_grad()
    def step(self, state: Running, tokens: Tensor) -> Tensor:
        """See the base class. It has no gradient."""
        layers, own = len(self.decoder), state.own
        x = F.embedding(tokens, self.tgt_embedding)
        if self.settings.input_feeding:
            x = torch.cat([x, own[-1]], 1)
        for number, layer in enumerate(self.decoder):
            own[number], own[layers + number] = layer.step(x, own[number], own[layers + number])  # type: ignore[operator]
            x = own[number]
        own[-1] = self.vectors(x.unflatten(0, (-1, state.beam)), state.memory).flatten(0, 1)
        return with_one(own[-1])


def with_one(x: Tensor) -> Tensor:
    """[.., dim] to [.., dim + 1], the last a one."""
    return F.pad(x, (0, 1), value=1.0)


Model, Settings = Lstm, LstmSettings
