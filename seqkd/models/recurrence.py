"""Recurrences of the LSTM with a backward pass by hand.

What can be done for all steps at once is: the input's part of the gates before the loop, and the weights' gradients
after it, each in one matrix product. Autograd step by step would read and write every weight's gradient at every step.

Tensors are time first. Matrix products run in the weights' precision, cells and the insides of the softmax in float32
at least. With the gates i (input), f (forget), o (output), each a sigmoid, and g (candidate), a tanh, of one
row [4 * dim]:

    c_t = f * c_{t-1} + i * g        h_t = o * tanh(c_t)
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

aten = torch.ops.aten


def wide(dtype: torch.dtype) -> torch.dtype:
    """The precision of cells for weights of ``dtype``."""
    return torch.promote_types(dtype, torch.float32)


def cell(gates: Tensor, before: Tensor, after: Tensor, h: Tensor) -> None:
    """One step: from ``gates`` [N, 4 * dim] before their functions (then after them, in place) and c_{t-1}, ``before``
    [N, dim], to c_t and h_t, which ``after`` and ``h`` take in."""
    dim = before.shape[1]
    gates[:, : 3 * dim].sigmoid_()
    gates[:, 3 * dim :].tanh_()
    i, f, o, g = gates.chunk(4, 1)
    torch.mul(f, before, out=after).addcmul_(i, g)
    torch.mul(o, after.tanh(), out=h)


def cell_backward(
    gates: Tensor, before: Tensor, after: Tensor, grad_h: Tensor, grad_c: Tensor, grads: Tensor
) -> Tensor:
    """The gradient of c_{t-1}, and in ``grads`` that of the gates before their functions, from what :func:`cell` read
    and left."""
    dim = before.shape[1]
    i, f, o, g = gates.chunk(4, 1)
    bent = after.tanh()
    grad_c = aten.tanh_backward(grad_h * o, bent).add_(grad_c)
    wide_grads = grads if grads.dtype == gates.dtype else torch.empty_like(gates)
    grad_i, grad_f, grad_o, grad_g = wide_grads.chunk(4, 1)
    torch.mul(grad_c, g, out=grad_i)
    torch.mul(grad_c, before, out=grad_f)
    torch.mul(grad_h, bent, out=grad_o)
    torch.mul(grad_c, i, out=grad_g)
    sigmoids = wide_grads[:, : 3 * dim]
    aten.sigmoid_backward(sigmoids, gates[:, : 3 * dim], grad_input=sigmoids)
    aten.tanh_backward(grad_g, g, grad_input=grad_g)
    if wide_grads is not grads:
        grads.copy_(wide_grads)
    return grad_c.mul_(f)


def gates_before(start: Tensor, operand: Tensor, weight: Tensor, out: Tensor) -> None:
    """Gates before their functions: start [N, 4 * dim] (or [4 * dim]) + operand @ weight.T."""
    if out.dtype == operand.dtype:
        torch.addmm(start, operand, weight.T, out=out)
    else:
        out.copy_(torch.addmm(start, operand, weight.T))


def attention(query: Tensor, keys: Tensor, memory: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
    """Global attention: query [B, Q, dim], keys and memory [B, S, dim], bias [B, 1, S] (-inf forbids).

    Returns:
        Weights [B, Q, S], and what they mix of the memory, [B, Q, dim].
    """
    scores = torch.bmm(query, keys.transpose(1, 2))
    weights = (scores if bias is None else scores + bias).softmax(-1)
    return weights, torch.bmm(weights, memory)


class Layer(torch.autograd.Function):
    """One LSTM layer over T steps."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """The inputs' part of the gates [T, B, 4 * dim], bias included, recurrent weight [4 * dim, dim] and first state
        h, c [B, dim] to all h and all c, [T, B, dim] each."""
        steps, batch, width = inputs.shape
        hs, cs = h.new_empty(steps + 1, batch, width // 4), c.new_empty(steps + 1, batch, width // 4)
        gates = c.new_empty(inputs.shape)
        hs[0], cs[0] = h, c
        for x, gate, last_h, next_h, last_c, next_c in zip(inputs, gates, hs, hs[1:], cs, cs[1:], strict=False):
            gates_before(x, last_h, weight, gate)
            cell(gate, last_c, next_c, next_h)
        ctx.save_for_backward(gates, weight, hs, cs)
        ctx.set_materialize_grads(False)
        return hs[1:], cs[1:]

    @staticmethod
    def backward(ctx: Any, grad_hs: Tensor | None, grad_cs: Tensor | None) -> tuple[Tensor, ...]:
        """Gradients of what forward takes."""
        gates, weight, hs, cs = ctx.saved_tensors
        grads = hs.new_empty(gates.shape)
        grad_h, grad_c = torch.zeros_like(cs[0]), torch.zeros_like(cs[0])
        for t in reversed(range(len(gates))):
            grad_h = grad_h if grad_hs is None else grad_h + grad_hs[t]
            grad_c = grad_c if grad_cs is None else grad_c.add_(grad_cs[t])
            grad_c = cell_backward(gates[t], cs[t], cs[t + 1], grad_h, grad_c, grads[t])
            grad_h = (grads[t] @ weight).to(grad_c.dtype)
        return grads, _product(grads, hs[:-1]), grad_h.to(hs.dtype), grad_c


class Fed(torch.autograd.Function):
    """The decoder with input feeding: layers, attention, attentional vector, which is fed to the next step."""

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, combine: Tensor, keys: Tensor, memory: Tensor, bias: Tensor | None,
        drops: Tensor | None, *states_and_weights: Tensor,
    ) -> Tensor:  # fmt: skip
        """T steps of B sentences through L layers; S is the length of their sources.

        Args:
            inputs: the words' part of the first layer's gates, its bias included, [T, B, 4 * dim].
            combine: the attentional vector's weight over mixed memory and the last layer's h, [dim, 2 * dim].
            keys, memory, bias: see :func:`attention`; [B, S, dim] twice, and [B, 1, S] or None.
            drops: what dropout multiplies by behind each layer but the last, and behind the attentional vector,
                [L, T, B, dim]; None for no dropout.
            states_and_weights: h [B, dim] of each layer; c of each; weight [4 * dim, 2 * dim] of each over its input
                (the first one's is the fed vector) and its own h; bias [4 * dim] of each but the first.

        Returns:
            The attentional vectors, [B, T, dim].
        """
        tape = Tape(inputs, keys, memory, bias, drops, combine, states_and_weights)
        for t in range(len(inputs)):
            tape.step(t)
        ctx.tape = tape
        return tape.fed.transpose(0, 1)  # another tensor than the tape's: that one would hold itself in memory

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of what forward takes."""
        back = Backward(ctx.tape)
        for t in reversed(range(grad.shape[1])):
            back.step(t, grad[:, t])
        return back.gradients()


class Tape:
    """All that the steps of :class:`Fed` leave behind for its backward pass.

    Attributes:
        operands: for each layer what its weight multiplies, [T + 1, B, 2 * dim]: its input, and its h one step before.
        combined: what ``combine`` multiplies, [T, B, 2 * dim]: mixed memory, and the last layer's h.
        gates, cells: for each layer [T, B, 4 * dim], after their functions, and [T + 1, B, dim].
        attended: attention weights, [T, B, S].
        vectors, fed: attentional vectors [T, B, dim] before and after dropout.
    """

    def __init__(
        self, inputs: Tensor, keys: Tensor, memory: Tensor, bias: Tensor | None, drops: Tensor | None, combine: Tensor,
        states_and_weights: Sequence[Tensor],
    ) -> None:  # fmt: skip
        self.inputs, self.keys, self.memory, self.bias = inputs, keys, memory, bias
        self.drops, self.combine = drops, combine
        self.layers = (len(states_and_weights) + 1) // 4
        h, c, self.weights = (states_and_weights[i * self.layers : (i + 1) * self.layers] for i in range(3))
        self.biases = states_and_weights[3 * self.layers :]
        (steps, batch, width), dim = inputs.shape, inputs.shape[2] // 4
        self.operands = [inputs.new_empty(steps + 1, batch, 2 * dim) for _ in h]
        self.cells = [one.new_empty(steps + 1, batch, dim) for one in c]
        self.gates = [one.new_empty(steps, batch, width) for one in c]
        self.combined = inputs.new_empty(steps, batch, 2 * dim)
        self.attended = inputs.new_empty(steps, batch, keys.shape[1])
        self.vectors = inputs.new_empty(steps, batch, dim)
        self.fed = self.vectors if drops is None else torch.empty_like(self.vectors)
        for layer in range(self.layers):
            self.operands[layer][0, :, dim:], self.cells[layer][0] = h[layer], c[layer]
        self.operands[0][0, :, :dim] = 0.0

    def step(self, t: int) -> None:
        """One step: every layer, attention, attentional vector."""
        dim = self.vectors.shape[2]
        for layer, operands in enumerate(self.operands):
            start = self.biases[layer - 1] if layer else self.inputs[t]
            gates, h, cells = self.gates[layer][t], operands[t + 1, :, dim:], self.cells[layer]
            gates_before(start, operands[t], self.weights[layer], gates)
            cell(gates, cells[t], cells[t + 1], h)
            if layer + 1 < self.layers:
                self.operands[layer + 1][t, :, :dim] = self.dropped(layer, t, h)
        combined = self.combined[t]
        combined[:, dim:] = h
        attended, mixed = attention(combined[:, None, dim:], self.keys, self.memory, self.bias)
        self.attended[t], combined[:, :dim] = attended[:, 0], mixed[:, 0]
        torch.mm(combined, self.combine.T, out=self.vectors[t]).tanh_()
        if self.drops is not None:
            torch.mul(self.vectors[t], self.drops[-1, t], out=self.fed[t])
        self.operands[0][t + 1, :, :dim] = self.fed[t]

    def dropped(self, layer: int, t: int, x: Tensor) -> Tensor:
        """``x`` [B, dim], or its gradient, through the dropout behind ``layer``."""
        return x if self.drops is None else x * self.drops[layer, t]


class Backward:
    """The gradients of :class:`Fed` as they come, last step first."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        layers = range(tape.layers)
        self.gates = [tape.inputs.new_empty(tape.inputs.shape) for _ in layers]
        self.vectors = torch.empty_like(tape.vectors)
        self.mixed = torch.empty_like(tape.vectors)
        self.scores = torch.empty_like(tape.attended)
        self.h = [torch.zeros_like(tape.cells[layer][0]) for layer in layers]
        self.c = [torch.zeros_like(tape.cells[layer][0]) for layer in layers]
        self.fed = torch.zeros_like(tape.cells[0][0])

    def step(self, t: int, grad: Tensor) -> None:
        """Step ``t``, from the gradient [B, dim] of its attentional vector as an output."""
        tape, dim = self.tape, grad.shape[1]
        from_above = self.attend(t, tape.dropped(-1, t, self.fed + grad))
        for layer in reversed(range(tape.layers)):
            cells = tape.cells[layer]
            grad_h, gates = self.h[layer] + from_above, self.gates[layer][t]
            self.c[layer] = cell_backward(tape.gates[layer][t], cells[t], cells[t + 1], grad_h, self.c[layer], gates)
            operands = (gates @ tape.weights[layer]).to(cells.dtype)
            from_above, self.h[layer] = operands[:, :dim], operands[:, dim:]
            if layer:
                from_above = tape.dropped(layer - 1, t, from_above)
        self.fed = from_above

    def attend(self, t: int, grad: Tensor) -> Tensor:
        """Through attentional vector and attention of step ``t``, to the gradient of the last layer's h."""
        tape, dim = self.tape, grad.shape[1]
        self.vectors[t] = aten.tanh_backward(grad, tape.vectors[t].to(grad.dtype))
        combined = self.vectors[t] @ tape.combine
        self.mixed[t] = combined[:, :dim]
        weights = tape.attended[t]
        grad_weights = torch.bmm(self.mixed[t][:, None], tape.memory.transpose(1, 2))[:, 0]
        self.scores[t] = aten._softmax_backward_data(grad_weights, weights, -1, weights.dtype)
        query = torch.bmm(self.scores[t][:, None], tape.keys)[:, 0]
        return combined[:, dim:].to(grad.dtype) + query

    def gradients(self) -> tuple[Tensor | None, ...]:
        """For every argument of :meth:`Fed.forward`; weights' gradients over all steps at once."""
        tape, dim, dtype = self.tape, self.vectors.shape[2], self.vectors.dtype
        keys = torch.bmm(self.scores.permute(1, 2, 0), tape.combined[:, :, dim:].transpose(0, 1))
        memory = torch.bmm(tape.attended.permute(1, 2, 0), self.mixed.transpose(0, 1))
        weights = [_product(gates, operands[:-1]) for gates, operands in zip(self.gates, tape.operands, strict=True)]
        biases = [gates.sum((0, 1), dtype=self.fed.dtype).to(dtype) for gates in self.gates[1:]]
        states = [*(h.to(dtype) for h in self.h), *self.c]
        combine = _product(self.vectors, tape.combined)
        return self.gates[0], combine, keys, memory, None, None, *states, *weights, *biases


def _product(grads: Tensor, operands: Tensor) -> Tensor:
    """A weight's gradient: grads [T, B, n] and what it multiplied, [T, B, m], to [n, m]."""
    return grads.flatten(0, 1).T @ operands.flatten(0, 1)
