"""Packed products equal plain ones, and the model is unchanged afterwards."""

import pytest
import torch
from torch.nn import functional as F

from seqkd.decoding.generate import translate
from seqkd.decoding.settings import SearchSettings
from seqkd.models import checkpoint, packed_linear
from seqkd.models.ensemble import Ensemble, EnsembleSettings
from seqkd.models.transformer_settings import TransformerSettings

SETTINGS = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=2)
SOURCES = [[4, 5, 6], [7, 8], [9, 10, 11, 12, 13], [14]]
needs_kernels = pytest.mark.skipif(
    not packed_linear.can_be_packed(torch.empty(1)), reason="no oneDNN in this build of PyTorch or for this CPU"
)


def model(seed: int = 0):
    torch.manual_seed(seed)
    return checkpoint.build(SETTINGS, 20, 20).eval()


def ids(network, **changes):
    results = translate(network, SOURCES, SearchSettings(beam=3), **changes)
    return [[hypothesis.ids for hypothesis in hypotheses] for hypotheses in results]


@needs_kernels
@pytest.mark.parametrize("rows", [(1,), (2, 1, 1), (3,), (2, 300)])
@pytest.mark.parametrize(("in_dim", "out_dim"), [(24, 40), (256, 600)])
@pytest.mark.parametrize("with_bias", [True, False])
@pytest.mark.parametrize(("dtype", "error"), [(torch.float32, 2e-6), (torch.bfloat16, 4e-3)])
def test_a_packed_product_is_the_plain_one(rows, in_dim, out_dim, with_bias, dtype, error):
    weight = torch.randn(out_dim, in_dim).to(dtype)
    if not packed_linear.can_be_packed(weight):
        pytest.skip("no bfloat16 kernels for this CPU")
    bias = torch.randn(out_dim).to(dtype) if with_bias else None
    x = torch.randn(*rows, in_dim).to(dtype)
    exact = F.linear(x.double(), weight.double(), bias if bias is None else bias.double())
    with torch.inference_mode():
        y = packed_linear.Product(weight, bias)(x)
    assert y.dtype == dtype and y.shape == exact.shape
    assert (y.double() - exact).abs().max() < error * exact.abs().max()


@needs_kernels
@pytest.mark.parametrize("batch_tokens", [1, 1000])
def test_translations_are_the_same(monkeypatch, batch_tokens):
    def run():
        results = translate(model(), SOURCES, SearchSettings(beam=3), batch_tokens, 3)
        return [hypothesis for hypotheses in results for hypothesis in hypotheses]

    results = run()
    monkeypatch.setattr(packed_linear, "can_be_packed", lambda weight: False)
    plain = run()
    assert [h.ids for h in results] == [h.ids for h in plain]
    assert [h.log_prob for h in results] == pytest.approx([h.log_prob for h in plain], abs=1e-5)


@needs_kernels
def test_all_products_are_packed_within_the_block_and_none_afterwards():
    network = model()
    with packed_linear.packed(network):
        linears = [module for module in network.modules() if isinstance(module, torch.nn.Linear)]
        assert linears and all(isinstance(linear.forward, packed_linear.Product) for linear in linears)
        assert isinstance(network.logits, packed_linear.Product)
    assert not any("forward" in vars(module) or "logits" in vars(module) for module in network.modules())


def test_a_model_can_be_trained_afterwards():
    network, updated = model(), model(1)
    ids(network)
    network.load_state_dict(updated.state_dict())
    assert ids(network) == ids(updated)
    network(torch.tensor([[4, 3]]), torch.tensor([[2, 5]])).sum().backward()
    assert network.decoder[0].feed.up.weight.grad is not None


def test_an_ensemble_of_equal_members_translates_like_them():
    network = model()
    ensemble = Ensemble(EnsembleSettings(members=[SETTINGS.canonical()] * 2), 20, 20).eval()
    for member in ensemble.models:
        member.load_state_dict(network.state_dict())
    assert ids(ensemble) == ids(network)


def test_weights_without_kernels_stay_plain():
    assert not packed_linear.can_be_packed(torch.empty(2, 2, dtype=torch.float64))
    assert not packed_linear.can_be_packed(torch.empty(2, 2, device="meta"))
    assert ids(model().double()) == ids(model())
