"""A model with a distribution written by hand, through sampling, search and forced scoring, against a known truth."""

import math

import pytest
from fake_model import FIRST, FakeModel, Words
from fake_truth import FakeTruth

from seqkd.corpus.captions import Truth, sample_meanings
from seqkd.decoding.settings import SearchSettings
from seqkd.scoring import true_distribution as truth
from seqkd.scoring.divergence import reverse_kl
from seqkd.scoring.truth_settings import TruthSettings

SEARCH = SearchSettings(beam=4, max_length_ratio=1.0, max_length_extra=40)
P = [{"a b": 0.5, "a c": 0.2, "b": 0.3}, {"c": 0.6, "c a b": 0.4}]
Q = [{"a b": 0.2, "a c": 0.1, "b": 0.3, "b b": 0.4}, {"c": 0.1, "c a b": 0.9}]


def held(truths, distributions, settings):
    texts = [text for one in [*distributions, *(t.translations() for t in truths)] for text in one]
    subwords = Words(texts)
    network = FakeModel(subwords, distributions)
    ids = [[FIRST + number] for number in range(len(truths))]
    outputs = truth.decode(network, subwords, ids, SEARCH, settings)
    expected = [truth.expectation(one, settings, place) for place, one in enumerate(truths)]
    log_q = truth.score_texts(network, subwords, ids, list(map(truth.texts_of, truths, expected, outputs)))
    found = zip(range(len(truths)), truths, expected, outputs, log_q, strict=True)
    return [truth.compare(*one, settings.coverage) for one in found]


def kl(p, q):
    return sum(mass * math.log(mass / q[text]) for text, mass in p.items())


def test_a_known_model_has_its_divergences():
    lines = held([FakeTruth(p) for p in P], Q, TruthSettings(samples=4000))
    for line, p, q in zip(lines, P, Q, strict=True):
        assert line.kl == pytest.approx(kl(p, q), abs=1e-4)
        inside = sum(q[text] for text in p)
        assert line.inside == pytest.approx(inside, abs=0.03)
        expected = kl({text: q[text] / inside for text in p}, p)
        assert reverse_kl(line.inside, line.excess) == pytest.approx(expected, abs=0.05)
        assert line.model_entropy == pytest.approx(-sum(mass * math.log(mass) for mass in q.values()), abs=0.05)
        assert line.canonical == 1.0
    first, second = lines
    # Greedy takes b first (0.7 of the mass) and then a second b, which is outside; beam search finds the same.
    assert (first.greedy_rank, first.greedy_prob, first.beam_rank) == (None, 0.0, None)
    assert first.greedy_mass == pytest.approx(0.4)
    assert (second.greedy_rank, second.greedy_prob, second.beam_rank) == (2, 0.4, 2)
    assert (second.mode_prob, second.mode_mass) == (0.6, pytest.approx(0.1))


def test_a_model_that_equals_the_grammars_truth_is_nowhere_from_it():
    truths = [Truth(meaning) for meaning in sample_meanings(5, 4)]
    fewest = min(len(one.translations()) for one in truths)
    lines = held(truths, [one.translations() for one in truths], TruthSettings(samples=60, enumerate=fewest))
    assert {line.enumerated for line in lines} == {True, False}, "both ways of taking the expectation are wanted"
    for line, one in zip(lines, truths, strict=True):
        assert line.kl == pytest.approx(0, abs=1e-4)
        assert (line.inside, line.coverage) == (1.0, pytest.approx(1.0))
        assert reverse_kl(line.inside, line.excess) == pytest.approx(0, abs=1e-4)
        assert line.mode_mass == pytest.approx(line.mode_prob, abs=1e-5)
        assert line.entropy == pytest.approx(one.entropy())
        assert line.greedy_rank is not None and line.beam_rank is not None
        assert line.greedy_mass == pytest.approx(line.greedy_prob, abs=1e-5)
