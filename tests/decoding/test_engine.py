"""Batches of sentences, and what is done where memory does not suffice for one."""

import pytest
import torch

from seqkd.decoding.engine import batched, translate
from seqkd.decoding.settings import SearchSettings
from seqkd.errors import UserError
from seqkd.models import store
from seqkd.models.transformer_settings import TransformerSettings

LENGTHS = [3, 9, 4, 1, 7, 7, 2, 5, 6, 8]


@pytest.mark.parametrize("memory", [1000, 12, 9])
def test_every_sentence_is_done_once_and_failures_shrink_what_is_left(memory):
    done, tried = [], []

    def work(numbers):
        cost = len(numbers) * max(LENGTHS[i] for i in numbers)
        tried.append(cost)
        if cost > memory:
            raise torch.OutOfMemoryError("fake")
        done.extend(numbers)

    batched(LENGTHS, 40, work)
    assert sorted(done) == list(range(len(LENGTHS)))
    assert [LENGTHS[i] for i in done] == sorted(LENGTHS, reverse=True)
    failed = [cost for cost in tried if cost > memory]
    assert bool(failed) == (memory < 36) and len(failed) <= 3, "a failure is learned from"


def test_one_sentence_that_does_not_fit_is_told():
    def work(numbers):
        raise torch.OutOfMemoryError("fake")

    with pytest.raises(UserError, match="Out of memory with a single sentence"):
        batched(LENGTHS, 40, work)


@pytest.mark.parametrize("beam", [1, 3])
def test_a_search_in_smaller_batches_finds_the_same(monkeypatch, beam):
    from seqkd.decoding import engine

    settings = TransformerSettings(dim=16, ffn=32, heads=2, encoder_layers=1, decoder_layers=1)
    torch.manual_seed(0)
    model = store.build(settings, 20, 20).eval()
    sources = [list(range(4, 4 + length)) for length in LENGTHS]
    expected = translate(model, sources, SearchSettings(beam=beam))
    name = "greedy_search" if beam == 1 else "beam_search"
    search, failed = getattr(engine, name), []

    def limited(model, src, *arguments):
        if len(src) > 4:
            failed.append(len(src))
            raise torch.OutOfMemoryError("fake")
        return search(model, src, *arguments)

    monkeypatch.setattr(engine, name, limited)
    found = translate(model, sources, SearchSettings(beam=beam))
    assert failed and [[one.ids for one in many] for many in found] == [[one.ids for one in many] for many in expected]
