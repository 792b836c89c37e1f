"""Steps of a single row in NumPy equal those of the model itself."""

import numpy as np
import pytest
import torch

from seqkd.batches.batches import pad
from seqkd.decoding.engine import translate
from seqkd.decoding.settings import SearchSettings
from seqkd.models import one_row, store
from seqkd.models.ensemble import Ensemble, EnsembleSettings
from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.packed import can_be_packed, packed
from seqkd.models.transformer_settings import TransformerSettings

SIZES = {"dim": 24, "ffn": 40, "heads": 3, "encoder_layers": 1, "decoder_layers": 2}


def network(dtype=torch.float32, seed=0, **changes):
    torch.manual_seed(seed)
    model = store.build(TransformerSettings(**SIZES | changes), 30, 30)
    for name, weight in model.named_parameters():
        if "norm" in name or "bias" in name:
            torch.nn.init.normal_(weight, 0.5)  # new ones are 1 and 0, which would hide that they are left out
    return model.to(dtype).eval().requires_grad_(False)


def steps_of(steps, source, tokens):
    state = steps.start(pad([source]), 1)
    return torch.cat([steps.step(state, torch.tensor([token])) for token in tokens])


@pytest.mark.parametrize(
    "changes", [{"norm": "pre"}, {"norm": "post"}, {"tied": "none", "heads": 1}, {"heads": 6}], ids=str
)
@pytest.mark.parametrize("large", [0, 1 << 18])
def test_steps_are_those_of_the_model(monkeypatch, changes, large):
    """Past the first growth of the cache; with products of torch's and of NumPy's own."""
    monkeypatch.setattr(one_row, "LARGE", large)
    model, tokens = network(**changes), torch.randint(3, 30, (140,)).tolist()
    alone = one_row.one_row(model)
    assert isinstance(alone, one_row.OneRow)
    for source in ([4], [5, 6, 7, 8, 9]):
        with torch.inference_mode(), packed(model):
            found = steps_of(alone, source, tokens)
        torch.testing.assert_close(found, steps_of(model, source, tokens), rtol=0, atol=2e-5)


def test_two_sentences_in_turn_do_not_disturb_each_other():
    alone = one_row.one_row(network())
    states = [alone.start(pad([source]), 1) for source in ([4, 5], [6, 7, 8])]
    turns = [torch.cat([alone.step(state, torch.tensor([t])) for state in states]) for t in (2, 9, 8)]
    for number, source in enumerate(([4, 5], [6, 7, 8])):
        expected = steps_of(alone, source, (2, 9, 8))
        torch.testing.assert_close(torch.stack(turns)[:, number], expected, rtol=0, atol=0)


@pytest.mark.parametrize("large", [0, 1 << 18])
def test_in_bfloat16_it_errs_no_more_than_the_model(monkeypatch, large):
    monkeypatch.setattr(one_row, "LARGE", large)
    if not can_be_packed(torch.empty(2, 2, dtype=torch.bfloat16)):
        pytest.skip("no bfloat16 kernels for this processor")
    model = network(torch.bfloat16)
    exact = store.build(TransformerSettings(**SIZES), 30, 30).double().eval()
    exact.load_state_dict(model.state_dict())
    tokens = torch.randint(3, 30, (20,)).tolist()
    with torch.inference_mode(), packed(model):
        alone, own = (steps_of(one, [4, 5, 6], tokens) for one in (one_row.one_row(model), model))
    expected = steps_of(exact, [4, 5, 6], tokens)
    assert alone.dtype == torch.bfloat16
    assert (alone - expected).abs().mean() < 1.05 * (own - expected).abs().mean()


def test_scores_too_large_for_exp_choose_the_largest():
    query, values = np.full((1, 4), 1e3, np.float32), np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    keys = np.stack([np.full(4, size, np.float32) for size in (1, 3, 2)])[None]
    assert one_row.attend(query, keys, values).tolist() == values[0, 1].tolist()


def test_other_models_step_themselves():
    lstm = store.build(LstmSettings(architecture="lstm", layers=1, dim=8), 20, 20)
    both = Ensemble(EnsembleSettings(members=[TransformerSettings(**SIZES).canonical()] * 2), 20, 20)
    for model in (lstm, both, network(torch.float64)):
        assert one_row.one_row(model) is model


def test_greedy_search_of_one_sentence_takes_it(monkeypatch):
    """And none that keeps several hypotheses, or has company."""
    taken, start = [], one_row.OneRow.start
    monkeypatch.setattr(one_row.OneRow, "start", lambda self, src, beam: taken.append(src) or start(self, src, beam))
    model, sources = network(), [[4, 5, 6], [7, 8], [9]]
    together = translate(model, sources, SearchSettings(beam=1))
    translate(model, sources, SearchSettings(beam=2), 1)
    assert not taken
    alone = translate(model, sources, SearchSettings(beam=1), 1)
    assert len(taken) == 3
    assert [one.ids for (one,) in alone] == [one.ids for (one,) in together]
    assert [one.log_prob for (one,) in alone] == pytest.approx([one.log_prob for (one,) in together], abs=1e-4)
