"""The fused loss against plain computations."""

import pytest
import torch

from seqkd.training import fused_loss
from seqkd.training.objective import Objective


@pytest.mark.parametrize(("chunk", "piece"), [(1, 1), (4, 3), (1000, 4), (1000, 1000)])
@pytest.mark.parametrize("loss", [{"nll": {"weight": 1.0}}, {"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}])
def test_loss_and_gradients_equal_the_plain_computation(monkeypatch, chunk, piece, loss):
    monkeypatch.setattr(fused_loss, "LOGITS_CHUNK", chunk)
    monkeypatch.setattr(fused_loss, "LOSS_CHUNK", piece)
    torch.manual_seed(0)
    hidden, weight = torch.randn(11, 6, requires_grad=True), torch.randn(9, 6, requires_grad=True)
    states, matrix = torch.randn(11, 3), torch.randn(9, 3, requires_grad=True)
    target, teacher = torch.randint(9, (11,)), fused_loss.OnlineTeacher(states, lambda hidden: hidden @ matrix.T)
    objective = Objective(loss)

    actual = fused_loss.fused_linear_loss(hidden, weight, target, teacher, objective, 0.1)
    (3 * actual).backward()
    grads = hidden.grad.clone(), weight.grad.clone()

    hidden.grad = weight.grad = None
    teacher_logits = teacher.at(slice(None))
    expected = objective.value(fused_loss.TokenBatch(hidden @ weight.T, target, teacher_logits, 0.1))
    (3 * expected).backward()
    assert actual.item() == pytest.approx(expected.item(), rel=1e-5)
    torch.testing.assert_close(grads[0], hidden.grad, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(grads[1], weight.grad, rtol=1e-4, atol=1e-5)
    assert matrix.grad is None and not teacher_logits.requires_grad


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [([3, 3, 3, 2], [6, 5]), ([10, 1, 3, 9], [10, 4, 9]), ([1] * 9, [6, 3]), ([2, 4], [6]), ([7], [7])],
)
def test_chunks_of_whole_sentences(lengths, expected):
    sentence = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
    chunks = list(fused_loss.chunks(len(sentence), 6, sentence))
    assert [len(sentence[chunk]) for chunk in chunks] == expected
    assert [chunk.start for chunk in chunks] == [0, *(chunk.stop for chunk in chunks[:-1])]


def test_a_loss_of_whole_sentences_does_not_depend_on_the_chunks(monkeypatch):
    torch.manual_seed(0)
    hidden, weight, target = torch.randn(11, 6), torch.randn(9, 6), torch.randint(9, (11,))
    teacher = fused_loss.OnlineTeacher(torch.randn(11, 6), lambda states: states @ weight.T)
    sentence = torch.tensor([0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2])
    objective = Objective({"js": {"weight": 1.0, "mixture": "exact"}})
    results = []
    for chunk, piece in ((1, 1), (4, 2), (1000, 4), (1000, 1000)):
        monkeypatch.setattr(fused_loss, "LOGITS_CHUNK", chunk)
        monkeypatch.setattr(fused_loss, "LOSS_CHUNK", piece)
        leaf = hidden.clone().requires_grad_()
        loss = fused_loss.fused_linear_loss(leaf, weight, target, teacher, objective, sentence=sentence)
        loss.backward()
        results.append((loss.detach(), leaf.grad))
    for result in results[1:]:
        torch.testing.assert_close(result, results[0], rtol=1e-5, atol=1e-6)
