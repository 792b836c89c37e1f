"""The chunked projection against the plain one."""

import pytest
import torch

from seqkd.training import projection
from seqkd.training.objective import Objective


@pytest.mark.parametrize("chunk", [1, 4, 1000])
@pytest.mark.parametrize("loss", [{"nll": {"weight": 1.0}}, {"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}])
def test_loss_and_gradients_equal_the_plain_computation(monkeypatch, chunk, loss):
    monkeypatch.setattr(projection, "CHUNK", chunk)
    torch.manual_seed(0)
    hidden, weight = torch.randn(11, 6, requires_grad=True), torch.randn(9, 6, requires_grad=True)
    states, matrix = torch.randn(11, 3), torch.randn(9, 3, requires_grad=True)
    target, teacher = torch.randint(9, (11,)), projection.Teacher(states, lambda part: part @ matrix.T)
    objective = Objective(loss)

    ours = projection.projected_loss(hidden, weight, target, teacher, objective, 0.1)
    (3 * ours).backward()
    grads = hidden.grad.clone(), weight.grad.clone()

    hidden.grad = weight.grad = None
    known = teacher.logits(slice(None))
    plain = objective.value(projection.Positions(hidden @ weight.T, target, known, 0.1))
    (3 * plain).backward()
    assert ours.item() == pytest.approx(plain.item(), rel=1e-5)
    torch.testing.assert_close(grads[0], hidden.grad, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(grads[1], weight.grad, rtol=1e-4, atol=1e-5)
    assert matrix.grad is None and not known.requires_grad
