"""Steps of the NumPy decoder equal those of the model."""

import numpy as np
import pytest
import torch

from seqkd.data.batching import pad
from seqkd.decoding.generate import translate
from seqkd.decoding.settings import SearchSettings
from seqkd.models import checkpoint, numpy_decoder
from seqkd.models.ensemble import Ensemble, EnsembleSettings
from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.packed_linear import can_be_packed, packed
from seqkd.models.transformer_settings import TransformerSettings

SIZES = {"dim": 24, "ffn_dim": 40, "heads": 3, "encoder_layers": 1, "decoder_layers": 2}


def network(dtype=torch.float32, seed=0, **changes):
    torch.manual_seed(seed)
    model = checkpoint.build(TransformerSettings(**SIZES | changes), 30, 30)
    for name, weight in model.named_parameters():
        if "norm" in name or "bias" in name:
            torch.nn.init.normal_(weight, 0.5)  # new ones are 1 and 0, which would hide their omission
    return model.to(dtype).eval().requires_grad_(False)


def run_steps(decoder, source, tokens):
    state = decoder.start(pad([source]), 1)
    return torch.cat([decoder.step(state, torch.tensor([token])) for token in tokens])


@pytest.mark.parametrize(
    "changes", [{"norm": "pre"}, {"norm": "post"}, {"tie_embeddings": "none", "heads": 1}, {"heads": 6}], ids=str
)
@pytest.mark.parametrize("large", [0, 1 << 18])
def test_steps_are_those_of_the_model(monkeypatch, changes, large):
    """Beyond the first growth of the cache; with products in PyTorch and in NumPy."""
    monkeypatch.setattr(numpy_decoder, "LARGE", large)
    model, tokens = network(**changes), torch.randint(3, 30, (140,)).tolist()
    decoder = numpy_decoder.single_sentence_decoder(model)
    assert isinstance(decoder, numpy_decoder.NumpyDecoder)
    for source in ([4], [5, 6, 7, 8, 9]):
        with torch.inference_mode(), packed(model):
            hidden = run_steps(decoder, source, tokens)
        torch.testing.assert_close(hidden, run_steps(model, source, tokens), rtol=0, atol=2e-5)


def test_two_sentences_in_turn_do_not_affect_each_other():
    decoder = numpy_decoder.single_sentence_decoder(network())
    states = [decoder.start(pad([source]), 1) for source in ([4, 5], [6, 7, 8])]
    turns = [torch.cat([decoder.step(state, torch.tensor([t])) for state in states]) for t in (2, 9, 8)]
    for number, source in enumerate(([4, 5], [6, 7, 8])):
        expected = run_steps(decoder, source, (2, 9, 8))
        torch.testing.assert_close(torch.stack(turns)[:, number], expected, rtol=0, atol=0)


@pytest.mark.parametrize("large", [0, 1 << 18])
def test_in_bfloat16_its_error_is_no_larger_than_the_models(monkeypatch, large):
    monkeypatch.setattr(numpy_decoder, "LARGE", large)
    if not can_be_packed(torch.empty(2, 2, dtype=torch.bfloat16)):
        pytest.skip("no bfloat16 kernels for this CPU")
    model = network(torch.bfloat16)
    exact = checkpoint.build(TransformerSettings(**SIZES), 30, 30).double().eval()
    exact.load_state_dict(model.state_dict())
    tokens = torch.randint(3, 30, (20,)).tolist()
    decoder = numpy_decoder.single_sentence_decoder(model)
    with torch.inference_mode(), packed(model):
        hidden, model_hidden = run_steps(decoder, [4, 5, 6], tokens), run_steps(model, [4, 5, 6], tokens)
    expected = run_steps(exact, [4, 5, 6], tokens)
    assert hidden.dtype == torch.bfloat16
    assert (hidden - expected).abs().mean() < 1.05 * (model_hidden - expected).abs().mean()


def test_scores_too_large_for_exp_choose_the_largest():
    query, values = np.full((1, 4), 1e3, np.float32), np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    keys = np.stack([np.full(4, size, np.float32) for size in (1, 3, 2)])[None]
    assert numpy_decoder.attend(query, keys, values).tolist() == values[0, 1].tolist()


def test_other_models_decode_themselves():
    lstm = checkpoint.build(LstmSettings(architecture="lstm", layers=1, dim=8), 20, 20)
    ensemble = Ensemble(EnsembleSettings(members=[TransformerSettings(**SIZES).canonical()] * 2), 20, 20)
    for model in (lstm, ensemble, network(torch.float64)):
        assert numpy_decoder.single_sentence_decoder(model) is model


def test_only_greedy_search_of_a_single_sentence_uses_it(monkeypatch):
    started, start = [], numpy_decoder.NumpyDecoder.start
    monkeypatch.setattr(numpy_decoder.NumpyDecoder, "start", lambda *args: started.append(args) or start(*args))
    model, sources = network(), [[4, 5, 6], [7, 8], [9]]
    batched = translate(model, sources, SearchSettings(beam=1))
    translate(model, sources, SearchSettings(beam=2), 1)
    assert not started
    single = translate(model, sources, SearchSettings(beam=1), 1)
    assert len(started) == 3
    assert [best.ids for (best,) in single] == [best.ids for (best,) in batched]
    assert [best.log_prob for (best,) in single] == pytest.approx([best.log_prob for (best,) in batched], abs=1e-4)
