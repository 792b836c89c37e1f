"""The Transformer: padding, incremental decoding, tied embeddings, and files."""

import subprocess
import sys

import pytest
import torch
from safetensors.torch import save_file

from seqkd.data.batching import pad
from seqkd.models import checkpoint
from seqkd.models.dropout import dropout
from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.utils.errors import UserError

SMALL = {"dim": 16, "ffn_dim": 24, "heads": 2, "encoder_layers": 2, "decoder_layers": 2}


def network(dtype=torch.float64, **settings):
    torch.manual_seed(0)
    return checkpoint.build(TransformerSettings(**SMALL | settings), 20, 20).to(dtype).eval()


@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_padding_changes_nothing(norm, dtype, tolerance):
    model = network(dtype, norm=norm)
    short, long = [4, 5, 6], [7, 8, 9, 10, 11, 12]
    prefix = torch.tensor([[2, 4, 5]])
    single = model(pad([short]), prefix)
    batched = model(pad([short, long]), torch.tensor([[2, 4, 5, 0, 0], [2, 9, 9, 9, 9]]))
    torch.testing.assert_close(batched[:1, :3], single, rtol=0, atol=tolerance)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_steps_equal_the_full_forward_pass(norm):
    model = network(norm=norm)
    src, prefix = pad([[4, 5, 6], [7]]), torch.tensor([[2, 4, 5, 6], [2, 9, 8, 7]])
    state = model.start(src, 1)
    steps = torch.stack([model.step(state, prefix[:, t]) for t in range(4)], 1)
    torch.testing.assert_close(steps, model(src, prefix), rtol=0, atol=1e-12)


def test_later_tokens_have_no_effect():
    model = network()
    src = pad([[4, 5]])
    a, b = model(src, torch.tensor([[2, 5, 6]])), model(src, torch.tensor([[2, 5, 9]]))
    torch.testing.assert_close(a[:, :2], b[:, :2], rtol=0, atol=0)


@pytest.mark.parametrize(("tied", "matrices"), [("all", 1), ("decoder", 2), ("none", 3)])
def test_tied_embeddings_are_a_single_parameter(tied, matrices):
    assert sum(p.shape == (20, 16) for p in network(tie_embeddings=tied).parameters()) == matrices


def test_parameters_by_hand():
    d, f = 16, 24
    attention, ffn, norm = 4 * (d * d + d), 2 * d * f + d + f, 2 * d
    encoder, decoder = attention + ffn + 2 * norm, 2 * attention + ffn + 3 * norm
    assert sum(p.numel() for p in network().parameters()) == 20 * d + 2 * (encoder + decoder) + 2 * norm


@pytest.mark.parametrize("tied", ["all", "decoder", "none"])
def test_a_model_is_saved_and_loaded(tmp_path, tied):
    model = network(torch.float32, tie_embeddings=tied)
    checkpoint.save(model, model.settings, (20, 20), tmp_path)
    loaded = checkpoint.load(tmp_path)
    src, prefix = pad([[4, 5, 6]]), torch.tensor([[2, 4]])
    assert torch.equal(model(src, prefix), loaded(src, prefix))


def test_foreign_weights_are_refused_with_their_name(tmp_path):
    model = network(torch.float32)
    checkpoint.save(model, model.settings, (20, 20), tmp_path)
    with pytest.raises(UserError, match="tgt_embedding has shape"):
        checkpoint.load_weights(checkpoint.build(TransformerSettings(**SMALL), 21, 21), tmp_path)
    save_file({"other": torch.zeros(2)}, tmp_path / "model.safetensors")
    with pytest.raises(UserError, match="other"):
        checkpoint.load(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\x80\x04pickle")
    with pytest.raises(UserError, match="not the weights"):
        checkpoint.load(tmp_path)


@pytest.mark.parametrize(
    ("count", "available", "expected"),
    [(3, 12, [0, 6, 11]), (1, 12, [0]), (2, 3, [0, 2]), (3, 3, [0, 1, 2]), (1, 1, [0]), (4, 6, [0, 2, 3, 5])],
)
def test_copied_layers_are_evenly_spaced(count, available, expected):
    assert checkpoint.select_layers(count, available) == expected


def test_a_shallow_model_starts_from_layers_of_a_deep_one(tmp_path):
    deep = TransformerSettings(**SMALL | {"encoder_layers": 3, "decoder_layers": 2})
    model = checkpoint.build(deep, 20, 20)
    checkpoint.save(model, deep, (20, 20), tmp_path)
    shallow = deep.model_copy(update={"encoder_layers": 2, "decoder_layers": 1, "dropout": 0.3})
    student = checkpoint.build(shallow, 20, 20)
    checkpoint.init_from(student, tmp_path)
    for name, weight in student.named_parameters():
        origin = name.replace("encoder.1.", "encoder.2.")
        assert torch.equal(weight, dict(model.named_parameters())[origin]), name


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_has_its_rate_and_keeps_the_mean(rate):
    torch.manual_seed(0)
    x = torch.ones(500, 1001, requires_grad=True)
    y = dropout(x, rate, True)
    assert float((y == 0).float().mean()) == pytest.approx(rate, abs=0.005)
    for lane in range(4):
        assert float((y.detach().flatten()[lane::4] == 0).float().mean()) == pytest.approx(rate, abs=0.01)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach()) and dropout(x, rate, False) is x


LOADING = """
import sys
from pathlib import Path
from seqkd.models import checkpoint
checkpoint.load(Path(sys.argv[1]))
sys.exit("torch._dynamo" in sys.modules)
"""


@pytest.mark.parametrize("settings", [TransformerSettings(**SMALL), LstmSettings(architecture="lstm", layers=1, dim=8)])
def test_loading_a_model_does_not_import_the_compiler(tmp_path, settings):
    """That takes a second of every job, and initialising weights on the meta device would do it."""
    checkpoint.save(checkpoint.build(settings, 20, 20), settings, (20, 20), tmp_path)
    done = subprocess.run([sys.executable, "-c", LOADING, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
