"""Packed products equal plain ones, and a model is itself again after its use."""

import pytest
import torch
from torch.nn import functional as F

from seqkd.decoding.engine import translate
from seqkd.decoding.settings import SearchSettings
from seqkd.models import packed, store
from seqkd.models.ensemble import Ensemble, EnsembleSettings
from seqkd.models.transformer_settings import TransformerSettings

SETTINGS = TransformerSettings(dim=16, ffn=32, heads=2, encoder_layers=1, decoder_layers=2)
SOURCES = [[4, 5, 6], [7, 8], [9, 10, 11, 12, 13], [14]]
needs_kernels = pytest.mark.skipif(
    not packed.can_be_packed(torch.empty(1)), reason="no oneDNN in this build of PyTorch or for this processor"
)


def model(seed: int = 0):
    torch.manual_seed(seed)
    return store.build(SETTINGS, 20, 20).eval()


def ids(network, **changes):
    return [[one.ids for one in found] for found in translate(network, SOURCES, SearchSettings(beam=3), **changes)]


@needs_kernels
@pytest.mark.parametrize("rows", [(1,), (2, 1, 1), (3,), (2, 300)])
@pytest.mark.parametrize(("columns", "words"), [(24, 40), (256, 600)])
@pytest.mark.parametrize("with_bias", [True, False])
@pytest.mark.parametrize(("dtype", "error"), [(torch.float32, 2e-6), (torch.bfloat16, 4e-3)])
def test_a_packed_product_is_the_plain_one(rows, columns, words, with_bias, dtype, error):
    weight = torch.randn(words, columns).to(dtype)
    if not packed.can_be_packed(weight):
        pytest.skip("no bfloat16 kernels for this processor")
    bias = torch.randn(words).to(dtype) if with_bias else None
    x = torch.randn(*rows, columns).to(dtype)
    exact = F.linear(x.double(), weight.double(), bias if bias is None else bias.double())
    with torch.inference_mode():
        found = packed.Product(weight, bias)(x)
    assert found.dtype == dtype and found.shape == exact.shape
    assert (found.double() - exact).abs().max() < error * exact.abs().max()


@needs_kernels
@pytest.mark.parametrize("batch_tokens", [1, 1000])
def test_translations_are_the_same(monkeypatch, batch_tokens):
    found = translate(model(), SOURCES, SearchSettings(beam=3), batch_tokens, 3)
    monkeypatch.setattr(packed, "can_be_packed", lambda weight: False)
    plain = translate(model(), SOURCES, SearchSettings(beam=3), batch_tokens, 3)
    assert [[one.ids for one in many] for many in found] == [[one.ids for one in many] for many in plain]
    scores = [[one.log_prob for many in every for one in many] for every in (found, plain)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)


@needs_kernels
def test_within_all_products_are_packed_and_afterwards_none():
    network = model()
    with packed.packed(network):
        maps = [one for one in network.modules() if isinstance(one, torch.nn.Linear)]
        assert maps and all(isinstance(one.forward, packed.Product) for one in maps)
        assert isinstance(network.logits, packed.Product)
    assert not any("forward" in vars(one) or "logits" in vars(one) for one in network.modules())


def test_a_training_goes_on_after_it():
    network, fresh = model(), model(1)
    ids(network)
    with torch.no_grad():
        for own, other in zip(network.parameters(), fresh.parameters(), strict=True):
            own.copy_(other)
    assert ids(network) == ids(fresh)
    network(torch.tensor([[4, 3]]), torch.tensor([[2, 5]])).sum().backward()
    assert network.decoder[0].feed.up.weight.grad is not None


def test_an_ensemble_of_equals_translates_as_each():
    own = model()
    both = Ensemble(EnsembleSettings(members=[SETTINGS.canonical()] * 2), 20, 20).eval()
    for member in both.models:
        member.load_state_dict(own.state_dict())
    assert ids(both) == ids(own)


def test_what_has_no_kernels_stays_plain():
    assert not packed.can_be_packed(torch.empty(2, 2, dtype=torch.float64))
    assert not packed.can_be_packed(torch.empty(2, 2, device="meta"))
    assert ids(model().double()) == ids(model())
