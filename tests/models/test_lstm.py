"""The LSTM: sizes, padding, incremental decoding, and the hand-written backward pass against autograd."""

import gc
import weakref

import pytest
import torch
from torch.nn import functional as F

from seqkd.data.batching import pad
from seqkd.models import checkpoint, lstm, lstm_autograd
from seqkd.models.lstm import LstmLayer
from seqkd.models.lstm_settings import LstmSettings

SRC = pad([[4, 5, 6], [7], [8, 9, 10, 11, 12]])
PREFIX = torch.tensor([[2, 4, 5, 6], [2, 9, 0, 0], [2, 7, 7, 8]])
FEEDING = pytest.mark.parametrize("input_feeding", [True, False])
LAYERS = pytest.mark.parametrize("layers", [1, 2, 3])


def sizes(**settings):
    return LstmSettings(**{"architecture": "lstm", "layers": 2, "dim": 6, "dropout": 0.0} | settings)


def network(dtype=torch.float64, **settings):
    torch.manual_seed(0)
    model = checkpoint.build(sizes(**settings), 20, 20).to(dtype)
    return model.eval()


@pytest.mark.parametrize(
    ("layers", "dim", "vocabulary", "millions"),
    [
        (4, 1000, 50000, 221.1),
        (2, 500, 50000, 84.8),
        (2, 300, 50000, 48.6),
        (2, 500, 25000, 47.3),
        (2, 100, 25000, 7.9),
    ],
)
def test_the_papers_models_have_their_sizes(layers, dim, vocabulary, millions):
    """Kim & Rush 2016, section 4, worked out from the architecture."""
    with torch.device("meta"):
        model = checkpoint.build(sizes(layers=layers, dim=dim), vocabulary, vocabulary)
    assert round(sum(p.numel() for p in model.parameters()) / 1e6, 1) == millions


def test_parameters_by_hand():
    d, source, target = 6, 20, 30
    layer = 4 * d * (d + d + 1)
    expected = (source + target) * d + target * (d + 1) + 4 * layer + 4 * d * d + d * d + 2 * d * d
    assert sum(p.numel() for p in checkpoint.build(sizes(), source, target).parameters()) == expected
    unfed = checkpoint.build(sizes(input_feeding=False), source, target)
    assert sum(p.numel() for p in unfed.parameters()) == expected - 4 * d * d


@pytest.mark.parametrize(("dim", "limit"), [(1000, 0.1), (500, 0.1), (125, 0.2)])
def test_initial_weights_are_spread_over_the_papers_range(dim, limit):
    torch.manual_seed(0)
    for parameter in checkpoint.build(sizes(layers=1, dim=dim), 4, 4).parameters():
        assert 0.98 * limit < float(parameter.detach().abs().max()) < 1.0001 * limit


def plain(model, src, prefix, kept=1.0):
    """Hidden states by the formulas, sentence by sentence, token by token, in autograd's operations; ``kept`` is the
    factor of dropout."""

    def step(layer, x, h, c):
        gates = layer.input_weight @ x + layer.recurrent_weight @ h + layer.bias
        i, f, o, g = gates.chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    rows = []
    for source, target in zip(src, prefix, strict=True):
        zero = torch.zeros(model.settings.dim, dtype=torch.float64)
        states, encoded = [(zero, zero)] * model.settings.layers, []
        for token in source[source != 0]:
            x = model.src_embedding[token]
            for n, layer in enumerate(model.encoder):
                states[n] = step(layer, x * kept if n else x, *states[n])
                x = states[n][0]
            encoded.append(x)
        memory, vector, row = torch.stack(encoded), zero, []
        for token in target:
            x = model.tgt_embedding[token]
            x = torch.cat([x, vector]) if model.settings.input_feeding else x
            for n, layer in enumerate(model.decoder):
                states[n] = step(layer, x * kept if n else x, *states[n])
                x = states[n][0]
            weights = torch.stack([x @ model.attention_weight.T @ s for s in memory]).softmax(0)
            vector = (model.combine_weight @ torch.cat([weights @ memory, x])).tanh() * kept
            row.append(torch.cat([vector, torch.ones(1, dtype=torch.float64)]))
        rows.append(torch.stack(row))
    return torch.stack(rows)


@FEEDING
@LAYERS
def test_states_and_gradients_equal_the_plain_computation(input_feeding, layers):
    model = network(layers=layers, input_feeding=input_feeding)
    weights = [p for name, p in model.named_parameters() if name != "output_weight"]
    slope = torch.randn(3, 4, 7, dtype=torch.float64)
    hidden, expected = model(SRC, PREFIX), plain(model, SRC, PREFIX)
    torch.testing.assert_close(hidden, expected, rtol=0, atol=1e-12)
    for grads in zip(*(torch.autograd.grad((x * slope).sum(), weights) for x in (hidden, expected)), strict=True):
        torch.testing.assert_close(*grads, rtol=1e-9, atol=1e-12)


@FEEDING
def test_dropout_is_between_layers_and_on_the_attentional_vector(input_feeding, monkeypatch):
    """A dropout that keeps everything shows where it is."""
    model = network(layers=3, input_feeding=input_feeding, dropout=0.5).train()
    monkeypatch.setattr(lstm, "dropout", lambda x, rate, training, axis=0: x * (1 + rate * training))
    torch.testing.assert_close(model(SRC, PREFIX), plain(model, SRC, PREFIX, kept=1.5), rtol=0, atol=1e-12)
    torch.testing.assert_close(model.eval()(SRC, PREFIX), plain(model, SRC, PREFIX), rtol=0, atol=1e-12)


def test_a_layer_equals_pytorchs():
    torch.manual_seed(0)
    layer, reference = LstmLayer(5, 4).double(), torch.nn.LSTM(5, 4).double()
    order = torch.tensor([0, 1, 3, 2])  # PyTorch has the candidate before the output gate
    weights = (reference.weight_ih_l0, reference.weight_hh_l0, reference.bias_ih_l0)
    for parameter, weight in zip(layer.parameters(), weights, strict=True):
        parameter.data = weight.detach().unflatten(0, (4, -1))[order].flatten(0, 1).clone()
    torch.nn.init.zeros_(reference.bias_hh_l0)
    x, h, c = torch.randn(7, 3, 5).double(), torch.randn(1, 3, 4).double(), torch.randn(1, 3, 4).double()
    expected, (_, final_c) = reference(x, (h, c))
    hs, cs = layer(x, h[0], c[0])
    torch.testing.assert_close(hs, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(cs[-1], final_c[0], rtol=0, atol=1e-12)


@FEEDING
def test_gradients_with_dropout_are_the_finite_differences(input_feeding):
    model = network(input_feeding=input_feeding, dropout=0.4, dim=3).train()
    weights = [p for name, p in model.named_parameters() if name != "output_weight"]

    def loss(*_):
        torch.manual_seed(7)
        return model(SRC, PREFIX).pow(2).sum()

    assert torch.autograd.gradcheck(loss, weights, atol=1e-6)
    model.eval()
    assert not torch.equal(loss(), model.train()(SRC, PREFIX).pow(2).sum())


@FEEDING
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_padding_and_the_rest_of_the_batch_change_nothing(dtype, tolerance, input_feeding):
    model = network(dtype, input_feeding=input_feeding)
    short, long = [4, 5, 6], [7, 8, 9, 10, 11, 12]
    single = model(pad([short]), torch.tensor([[2, 4, 5]]))
    batched = model(pad([short, long]), torch.tensor([[2, 4, 5, 0, 0], [2, 9, 9, 9, 9]]))
    torch.testing.assert_close(batched[:1, :3], single, rtol=0, atol=tolerance)


@FEEDING
@LAYERS
def test_steps_equal_the_full_forward_pass(input_feeding, layers):
    model = network(input_feeding=input_feeding, layers=layers)
    state = model.start(SRC, 1)
    steps = torch.stack([model.step(state, PREFIX[:, t]) for t in range(4)], 1)
    torch.testing.assert_close(steps, model(SRC, PREFIX), rtol=0, atol=1e-12)


def test_hypotheses_are_reordered_and_sentences_dropped():
    model = network()
    state = model.start(SRC, 2)
    model.step(state, torch.tensor([2, 2, 2, 2, 2, 2]))
    model.step(state, torch.tensor([4, 5, 6, 7, 8, 9]))
    state.reorder(torch.tensor([1, 1, 2, 2, 5, 4]))
    state.select(torch.tensor([0, 2]), 2)
    moved = model.step(state, torch.tensor([10, 11, 12, 13]))
    prefix = torch.tensor([[2, 5, 10], [2, 5, 11], [2, 9, 12], [2, 8, 13]])
    torch.testing.assert_close(moved, model(SRC[[0, 0, 2, 2]], prefix)[:, -1], rtol=0, atol=1e-12)


@FEEDING
def test_later_tokens_have_no_effect(input_feeding):
    model = network(input_feeding=input_feeding)
    a, b = (model(SRC[:1], torch.tensor([[2, 5, token]])) for token in (6, 9))
    assert torch.equal(a[:, :2], b[:, :2]) and not torch.equal(a[:, 2], b[:, 2])


def test_attentional_vectors_are_fed_only_with_input_feeding():
    """The last but one token reaches the last state only by h and c, or by the attentional vector too."""
    for input_feeding in (True, False):
        model = network(input_feeding=input_feeding)
        before = model(SRC, PREFIX)
        with torch.no_grad():
            model.combine_weight[0].zero_()
        changed = (model(SRC, PREFIX) != before)[..., 1:].any()
        assert bool(changed) == input_feeding


def test_the_softmax_bias_is_used():
    model = network()
    hidden = model(SRC, PREFIX)
    with torch.no_grad():
        model.output_weight[:, :-1] = 0.0
        model.output_weight[:, -1] = torch.arange(20)
    assert torch.equal(hidden @ model.output_weight.T, torch.arange(20.0).double().expand(3, 4, -1))


@FEEDING
def test_bfloat16_is_near_float64(input_feeding):
    """Within two hundredths for vectors in [-1, 1]."""
    exact = network(input_feeding=input_feeding, dim=32)
    with torch.no_grad():
        for parameter in exact.parameters():
            parameter.copy_(parameter.bfloat16())
    rounded = network(torch.bfloat16, input_feeding=input_feeding, dim=32)
    rounded.load_state_dict(exact.state_dict())
    with torch.no_grad():
        assert float((rounded(SRC, PREFIX) - exact(SRC, PREFIX)).abs().max()) < 0.02


def test_a_model_is_saved_and_loaded(tmp_path):
    model = network(torch.float32)
    checkpoint.save(model, model.settings, (20, 20), tmp_path)
    assert torch.equal(model(SRC, PREFIX), checkpoint.load(tmp_path)(SRC, PREFIX))


def test_saved_tensors_are_freed_with_the_output(monkeypatch):
    """No reference cycles: without the cycle collector a training's memory would grow batch by batch."""
    tapes = []

    class Watched(lstm_autograd.Tape):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            tapes.append(weakref.ref(self))

    monkeypatch.setattr(lstm_autograd, "Tape", Watched)
    gc.disable()
    try:
        out = network()(SRC, PREFIX)
        assert tapes[0]() is not None
        F.relu(out).sum().backward()
        del out
        assert tapes[0]() is None
    finally:
        gc.enable()
