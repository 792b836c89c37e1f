"""Batching of sentences, also on running out of memory."""

import pytest
import torch

from seqkd.decoding import generate
from seqkd.decoding.generate import run_in_batches, translate
from seqkd.decoding.settings import SearchSettings
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.utils.errors import UserError

LENGTHS = [3, 9, 4, 1, 7, 7, 2, 5, 6, 8]


@pytest.mark.parametrize("memory", [1000, 12, 9])
def test_every_sentence_is_done_once_and_failures_shrink_the_remaining_batches(memory):
    done, costs = [], []

    def run_batch(indices):
        cost = len(indices) * max(LENGTHS[i] for i in indices)
        costs.append(cost)
        if cost > memory:
            raise torch.OutOfMemoryError("fake")
        done.extend(indices)

    run_in_batches(LENGTHS, 40, run_batch)
    assert sorted(done) == list(range(len(LENGTHS)))
    assert [LENGTHS[i] for i in done] == sorted(LENGTHS, reverse=True)
    failed = [cost for cost in costs if cost > memory]
    assert bool(failed) == (memory < 36) and len(failed) <= 3, "later batches stay small"


def test_a_single_sentence_that_does_not_fit_is_reported():
    def run_batch(indices):
        raise torch.OutOfMemoryError("fake")

    with pytest.raises(UserError, match="Out of memory with a single sentence"):
        run_in_batches(LENGTHS, 40, run_batch)


@pytest.mark.parametrize("beam", [1, 3])
def test_a_search_in_smaller_batches_finds_the_same(monkeypatch, beam):
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
    torch.manual_seed(0)
    model = checkpoint.build(settings, 20, 20).eval()
    sources = [list(range(4, 4 + length)) for length in LENGTHS]
    expected = [best.ids for best, *_ in translate(model, sources, SearchSettings(beam=beam))]
    name = "greedy_search" if beam == 1 else "beam_search"
    search, failed = getattr(generate, name), []

    def limited(model, src, *arguments):
        if len(src) > 4:
            failed.append(len(src))
            raise torch.OutOfMemoryError("fake")
        return search(model, src, *arguments)

    monkeypatch.setattr(generate, name, limited)
    results = translate(model, sources, SearchSettings(beam=beam))
    assert failed and [best.ids for (best,) in results] == expected
