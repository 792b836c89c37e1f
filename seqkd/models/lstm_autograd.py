"""Recurrences of the LSTM with a hand-written backward pass.

Whatever is possible is computed for all steps at once, in one matrix product each: the input's contribution to the
gates before the loop, and the weights' gradients after it. Autograd would read and write every weight's gradient at
every step.

Tensors are time first. Matrix products run in the weights' precision, cells and the softmax internally in at least
float32. With the gates i (input), f (forget), o (output), each a sigmoid, and g (candidate), a tanh, of one row
[4 * dim]:

    c_t = f * c_{t-1} + i * g        h_t = o * tanh(c_t)
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

aten = torch.ops.aten


def cell_dtype(dtype: torch.dtype) -> torch.dtype:
    """The precision of cells for weights of ``dtype``."""
    return torch.promote_types(dtype, torch.float32)


def cell(gates: Tensor, last_c: Tensor, next_c: Tensor, h: Tensor) -> None:
    """One step from c_{t-1}, ``last_c`` [N, dim]. Overwrites the pre-activations ``gates`` [N, 4 * dim] with the
    activations, and ``next_c`` and ``h`` with c_t and h_t."""
    dim = last_c.shape[1]
    gates[:, : 3 * dim].sigmoid_()
    gates[:, 3 * dim :].tanh_()
    i, f, o, g = gates.chunk(4, 1)
    torch.mul(f, last_c, out=next_c).addcmul_(i, g)
    torch.mul(o, next_c.tanh(), out=h)


def cell_backward(
    gates: Tensor, last_c: Tensor, next_c: Tensor, grad_h: Tensor, grad_c: Tensor, grads: Tensor
) -> Tensor:
    """The gradient of c_{t-1}, from the inputs and results of :func:`cell`; that of the gates' pre-activations is
    written to ``grads``."""
    dim = last_c.shape[1]
    i, f, o, g = gates.chunk(4, 1)
    tanh_c = next_c.tanh()
    grad_c = aten.tanh_backward(grad_h * o, tanh_c).add_(grad_c)
    upcast_grads = grads if grads.dtype == gates.dtype else torch.empty_like(gates)
    grad_i, grad_f, grad_o, grad_g = upcast_grads.chunk(4, 1)
    torch.mul(grad_c, g, out=grad_i)
    torch.mul(grad_c, last_c, out=grad_f)
    torch.mul(grad_h, tanh_c, out=grad_o)
    torch.mul(grad_c, i, out=grad_g)
    sigmoids = upcast_grads[:, : 3 * dim]
    aten.sigmoid_backward(sigmoids, gates[:, : 3 * dim], grad_input=sigmoids)
    aten.tanh_backward(grad_g, g, grad_input=grad_g)
    if upcast_grads is not grads:
        grads.copy_(upcast_grads)
    return grad_c.mul_(f)


def pre_activations(inputs: Tensor, operand: Tensor, weight: Tensor, out: Tensor) -> None:
    """Pre-activations of the gates: inputs [N, 4 * dim] (or [4 * dim]) + operand @ weight.T."""
    if out.dtype == operand.dtype:
        torch.addmm(inputs, operand, weight.T, out=out)
    else:
        out.copy_(torch.addmm(inputs, operand, weight.T))


def attention(query: Tensor, keys: Tensor, memory: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """Global attention: query [B, Q, dim], keys and memory [B, S, dim], mask [B, 1, S] (added; -inf forbids).

    Returns:
        Attention weights [B, Q, S] and context vectors [B, Q, dim].
    """
    scores = torch.bmm(query, keys.transpose(1, 2))
    weights = (scores if mask is None else scores + mask).softmax(-1)
    return weights, torch.bmm(weights, memory)


class LstmLayerFunction(torch.autograd.Function):
    """One LSTM layer over T steps."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """All h and all c, [T, B, dim] each, from the input's contribution to the gates [T, B, 4 * dim], bias included,
        the recurrent weight [4 * dim, dim] and the initial state h, c [B, dim]."""
        steps, batch, width = inputs.shape
        hs, cs = h.new_empty(steps + 1, batch, width // 4), c.new_empty(steps + 1, batch, width // 4)
        gates = c.new_empty(inputs.shape)
        hs[0], cs[0] = h, c
        for x, gate, last_h, next_h, last_c, next_c in zip(inputs, gates, hs, hs[1:], cs, cs[1:], strict=False):
            pre_activations(x, last_h, weight, gate)
            cell(gate, last_c, next_c, next_h)
        ctx.save_for_backward(gates, weight, hs, cs)
        ctx.set_materialize_grads(False)
        return hs[1:], cs[1:]

    @staticmethod
    def backward(ctx: Any, grad_hs: Tensor | None, grad_cs: Tensor | None) -> tuple[Tensor, ...]:
        """Gradients of the arguments of forward."""
        gates, weight, hs, cs = ctx.saved_tensors
        grads = hs.new_empty(gates.shape)
        grad_h, grad_c = torch.zeros_like(cs[0]), torch.zeros_like(cs[0])
        for t in reversed(range(len(gates))):
            grad_h = grad_h if grad_hs is None else grad_h + grad_hs[t]
            grad_c = grad_c if grad_cs is None else grad_c.add_(grad_cs[t])
            grad_c = cell_backward(gates[t], cs[t], cs[t + 1], grad_h, grad_c, grads[t])
            grad_h = (grads[t] @ weight).to(grad_c.dtype)
        return grads, _weight_grad(grads, hs[:-1]), grad_h.to(hs.dtype), grad_c


class InputFeedingFunction(torch.autograd.Function):
    """The decoder with input feeding: layers, attention, and the attentional vector, which is fed to the next step."""

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, combine: Tensor, keys: Tensor, memory: Tensor, mask: Tensor | None,
        dropout_masks: Tensor | None, *states_and_weights: Tensor,
    ) -> Tensor:  # fmt: skip
        """T steps of B sentences through L layers; S is the length of their sources.

        Args:
            inputs: the embeddings' contribution to the gates of layer 0, its bias included, [T, B, 4 * dim].
            combine: weight of the attentional vector over context and the last layer's h, [dim, 2 * dim].
            keys, memory, mask: see :func:`attention`; [B, S, dim] twice, and [B, 1, S] or None.
            dropout_masks: factors after each layer but the last, and after the attentional vector, [L, T, B, dim];
                None for no dropout.
            states_and_weights: h [B, dim] of each layer; c of each; weight [4 * dim, 2 * dim] of each over its input
                (for layer 0 the attentional vector) and its own h; bias [4 * dim] of each but layer 0.

        Returns:
            The attentional vectors, [B, T, dim].
        """
        tape = Tape(inputs, keys, memory, mask, dropout_masks, combine, states_and_weights)
        for t in range(len(inputs)):
            tape.step(t)
        ctx.tape = tape
        return tape.dropped_vectors.transpose(0, 1)  # a new tensor: the tape's own would keep itself alive

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of the arguments of forward."""
        back = Backward(ctx.tape)
        for t in reversed(range(grad.shape[1])):
            back.step(t, grad[:, t])
        return back.gradients()


class Tape:
    """What the forward pass of :class:`InputFeedingFunction` saves for its backward pass.

    Attributes:
        operands: for each layer what its weight multiplies, [T + 1, B, 2 * dim]: its input, and its previous h.
        combined: what ``combine`` multiplies, [T, B, 2 * dim]: context, and the last layer's h.
        gates, cells: for each layer the gates' activations [T, B, 4 * dim], and c, [T + 1, B, dim].
        attention_weights: [T, B, S].
        vectors, dropped_vectors: attentional vectors [T, B, dim] before and after dropout.
    """

    def __init__(
        self, inputs: Tensor, keys: Tensor, memory: Tensor, mask: Tensor | None, dropout_masks: Tensor | None,
        combine: Tensor, states_and_weights: Sequence[Tensor],
    ) -> None:  # fmt: skip
        self.inputs, self.keys, self.memory, self.mask = inputs, keys, memory, mask
        self.dropout_masks, self.combine = dropout_masks, combine
        self.layers = (len(states_and_weights) + 1) // 4
        h, c, self.weights = (states_and_weights[i * self.layers : (i + 1) * self.layers] for i in range(3))
        self.biases = states_and_weights[3 * self.layers :]
        (steps, batch, width), dim = inputs.shape, inputs.shape[2] // 4
        self.operands = [inputs.new_empty(steps + 1, batch, 2 * dim) for _ in h]
        self.cells = [initial.new_empty(steps + 1, batch, dim) for initial in c]
        self.gates = [initial.new_empty(steps, batch, width) for initial in c]
        self.combined = inputs.new_empty(steps, batch, 2 * dim)
        self.attention_weights = inputs.new_empty(steps, batch, keys.shape[1])
        self.vectors = inputs.new_empty(steps, batch, dim)
        self.dropped_vectors = self.vectors if dropout_masks is None else torch.empty_like(self.vectors)
        for layer in range(self.layers):
            self.operands[layer][0, :, dim:], self.cells[layer][0] = h[layer], c[layer]
        self.operands[0][0, :, :dim] = 0.0

    def step(self, t: int) -> None:
        """One step: every layer, attention, attentional vector."""
        dim = self.vectors.shape[2]
        for layer, operands in enumerate(self.operands):
            inputs = self.biases[layer - 1] if layer else self.inputs[t]
            gates, h, cells = self.gates[layer][t], operands[t + 1, :, dim:], self.cells[layer]
            pre_activations(inputs, operands[t], self.weights[layer], gates)
            cell(gates, cells[t], cells[t + 1], h)
            if layer + 1 < self.layers:
                self.operands[layer + 1][t, :, :dim] = self.dropout(layer, t, h)
        combined = self.combined[t]
        combined[:, dim:] = h
        weights, context = attention(combined[:, None, dim:], self.keys, self.memory, self.mask)
        self.attention_weights[t], combined[:, :dim] = weights[:, 0], context[:, 0]
        torch.mm(combined, self.combine.T, out=self.vectors[t]).tanh_()
        if self.dropout_masks is not None:
            torch.mul(self.vectors[t], self.dropout_masks[-1, t], out=self.dropped_vectors[t])
        self.operands[0][t + 1, :, :dim] = self.dropped_vectors[t]

    def dropout(self, layer: int, t: int, x: Tensor) -> Tensor:
        """``x`` [B, dim], or its gradient, through the dropout after ``layer``."""
        return x if self.dropout_masks is None else x * self.dropout_masks[layer, t]


class Backward:
    """The gradients of :class:`InputFeedingFunction`, accumulated from the last step to the first."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        layers = range(tape.layers)
        self.gates = [tape.inputs.new_empty(tape.inputs.shape) for _ in layers]
        self.vectors = torch.empty_like(tape.vectors)
        self.context = torch.empty_like(tape.vectors)
        self.scores = torch.empty_like(tape.attention_weights)
        self.h = [torch.zeros_like(tape.cells[layer][0]) for layer in layers]
        self.c = [torch.zeros_like(tape.cells[layer][0]) for layer in layers]
        self.fed = torch.zeros_like(tape.cells[0][0])

    def step(self, t: int, grad: Tensor) -> None:
        """Step ``t``, from the gradient [B, dim] of its attentional vector as an output."""
        tape, dim = self.tape, grad.shape[1]
        from_above = self.attend(t, tape.dropout(-1, t, self.fed + grad))
        for layer in reversed(range(tape.layers)):
            cells = tape.cells[layer]
            grad_h, gates = self.h[layer] + from_above, self.gates[layer][t]
            self.c[layer] = cell_backward(tape.gates[layer][t], cells[t], cells[t + 1], grad_h, self.c[layer], gates)
            operands = (gates @ tape.weights[layer]).to(cells.dtype)
            from_above, self.h[layer] = operands[:, :dim], operands[:, dim:]
            if layer:
                from_above = tape.dropout(layer - 1, t, from_above)
        self.fed = from_above

    def attend(self, t: int, grad: Tensor) -> Tensor:
        """Through attentional vector and attention of step ``t``, to the gradient of the last layer's h."""
        tape, dim = self.tape, grad.shape[1]
        self.vectors[t] = aten.tanh_backward(grad, tape.vectors[t].to(grad.dtype))
        combined = self.vectors[t] @ tape.combine
        self.context[t] = combined[:, :dim]
        weights = tape.attention_weights[t]
        grad_weights = torch.bmm(self.context[t][:, None], tape.memory.transpose(1, 2))[:, 0]
        self.scores[t] = aten._softmax_backward_data(grad_weights, weights, -1, weights.dtype)
        query = torch.bmm(self.scores[t][:, None], tape.keys)[:, 0]
        return combined[:, dim:].to(grad.dtype) + query

    def gradients(self) -> tuple[Tensor | None, ...]:
        """For every argument of :meth:`InputFeedingFunction.forward`; weights' gradients over all steps at once."""
        tape, dim, dtype = self.tape, self.vectors.shape[2], self.vectors.dtype
        keys = torch.bmm(self.scores.permute(1, 2, 0), tape.combined[:, :, dim:].transpose(0, 1))
        memory = torch.bmm(tape.attention_weights.permute(1, 2, 0), self.context.transpose(0, 1))
        weights = [_weight_grad(gates, ops[:-1]) for gates, ops in zip(self.gates, tape.operands, strict=True)]
        biases = [gates.sum((0, 1), dtype=self.fed.dtype).to(dtype) for gates in self.gates[1:]]
        states = [*(h.to(dtype) for h in self.h), *self.c]
        combine = _weight_grad(self.vectors, tape.combined)
        return self.gates[0], combine, keys, memory, None, None, *states, *weights, *biases


def _weight_grad(grads: Tensor, operands: Tensor) -> Tensor:
    """A weight's gradient: grads [T, B, n] and what it multiplied, [T, B, m], to [n, m]."""
    return grads.flatten(0, 1).T @ operands.flatten(0, 1)
