"""Class-blind pruning checked by hand, and its counts."""

import pytest
import torch
from safetensors.torch import load_file

from seqkd.distillation.pruning import prune, prune_model, pruned_count, sparsities
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings


class TinyModel(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = torch.nn.Parameter(torch.tensor([[3.0, -0.1], [0.5, -2.0]]))
        self.b = torch.nn.Parameter(torch.tensor([0.2, 4.0]))
        self.tie_embeddings = self.a


def test_the_smallest_of_all_weights_become_zero():
    model = TinyModel()
    prune(model, 0.5)
    assert model.a.tolist() == [[3.0, 0.0], [0.0, -2.0]]
    assert model.b.tolist() == [0.0, 4.0]
    assert sparsities(model) == {
        "parameters": 6,
        "nonzero_parameters": 3,
        "sparsity_of_tensors": {"a": 0.5, "b": 0.5},
    }


def test_the_share_is_the_decimal_number_that_was_written():
    assert pruned_count(0.29, 12_000) == 3480  # int(0.29 * 12000) is 3479
    assert pruned_count(0.57, 100) == 57 and pruned_count(0.1, 25) == 2 and pruned_count(1e-05, 300_000) == 3
    assert all(pruned_count(percent / 100, 1000) == 10 * percent for percent in range(1, 100))


@pytest.mark.parametrize("sparsity", [0.5, 0.6, 0.7, 0.8, 0.9])
def test_exactly_the_requested_fraction_is_pruned(tmp_path, sparsity):
    torch.manual_seed(0)
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
    model = checkpoint.build(settings, 30, 30)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.01)
    checkpoint.save(model, settings, (30, 30), tmp_path / "a")
    facts = prune_model(sparsity=sparsity, model=tmp_path / "a", folder=tmp_path / "b")
    assert facts["parameters"] - facts["nonzero_parameters"] == round(10 * sparsity) * facts["parameters"] // 10
    before, after = (load_file(tmp_path / name / "model.safetensors") for name in "ab")
    kept = torch.cat([before[n][after[n] != 0].abs() for n in before])
    pruned = torch.cat([before[n][after[n] == 0].abs() for n in before])
    assert pruned.max() <= kept.min()
