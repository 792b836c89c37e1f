"""Samples against the exact probability of every possible translation, and invariances."""

from collections import Counter

import pytest
import torch

from seqkd.data.batching import pad
from seqkd.data.dataset import BOS, EOS, PAD
from seqkd.decoding.generate import forced_scores
from seqkd.decoding.sampling import inverse_cdf_sample, sample
from seqkd.decoding.settings import SearchSettings
from seqkd.models.checkpoint import build
from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.transformer_settings import TransformerSettings

BOTH = pytest.mark.parametrize("architecture", ["transformer", "lstm"])


def model(vocabulary=6, seed=0, dtype=torch.float64, architecture="transformer"):
    torch.manual_seed(seed)
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=2)
    if architecture == "lstm":
        settings = LstmSettings(architecture="lstm", layers=2, dim=16)
    network = build(settings, vocabulary, vocabulary)
    with torch.no_grad():
        network.tgt_embedding.mul_(1.5)
    return network.to(dtype).eval().requires_grad_(False)


def limit(length):
    return SearchSettings(max_length_ratio=0.001, max_length_extra=length)


def exact(network, source, longest, prefix=()):
    """Every outcome of at most ``longest`` tokens with its probability, by brute force, without PAD and BOS."""
    if len(prefix) == longest or prefix[-1:] == (EOS,):
        return {prefix: 1.0}
    hidden = network(pad([source]), torch.tensor([[BOS, *prefix]]))[0, -1]
    q = (hidden @ network.output_weight.T).softmax(-1)
    q[[PAD, BOS]] = 0.0
    q = (q / q.sum()).tolist()
    outcomes = {}
    for token in (1, EOS, 4, 5):
        outcomes |= {ids: q[token] * p for ids, p in exact(network, source, longest, (*prefix, token)).items()}
    return outcomes


@BOTH
def test_frequencies_are_the_exact_probabilities(architecture):
    network, source, count = model(architecture=architecture), [4, 5, 4], 20000
    expected = exact(network, source, 3)
    assert sum(expected.values()) == pytest.approx(1.0)
    observed = Counter((*s.ids, *[EOS] * s.finished) for s in sample(network, [source], count, 3, limit(3))[0])
    assert observed.keys() <= expected.keys()
    likely = {ids: p * count for ids, p in expected.items() if p * count >= 5}
    assert len(likely) > 10
    statistic = sum((observed[ids] - mean) ** 2 / mean for ids, mean in likely.items())
    freedom = len(likely)
    assert statistic < freedom + 3.3 * (2 * freedom) ** 0.5


@BOTH
def test_a_sample_has_the_log_probability_of_forced_scoring(architecture):
    network = model(vocabulary=12, seed=2, architecture=architecture)
    sources = [[4, 5, 6], [7, 8], [9, 10, 11, 4, 5]]
    settings = SearchSettings(max_length_ratio=2.0, max_length_extra=9)
    for source, samples in zip(sources, sample(network, sources, 20, 1, settings), strict=True):
        ended = [s for s in samples if s.finished]
        assert ended
        forced = forced_scores(network, [source] * len(ended), [s.ids for s in ended])
        assert [s.log_prob for s in ended] == pytest.approx([sum(scores) for scores, _ in forced], abs=1e-5)


@BOTH
def test_batch_and_padding_change_no_sample_but_the_seed_does(architecture):
    network = model(vocabulary=30, seed=5, architecture=architecture)
    generator = torch.Generator().manual_seed(1)
    sources = [torch.randint(4, 30, (1 + i % 9,), generator=generator).tolist() for i in range(23)]
    settings = SearchSettings(max_length_ratio=1.0, max_length_extra=5)
    ids = [[s.ids for s in samples] for samples in sample(network, sources, 6, 1, settings, 10000)]
    assert [[s.ids for s in samples] for samples in sample(network, sources, 6, 1, settings, 1)] == ids
    assert sample(network, sources[:1], 6, 1, settings)[0][0].ids == ids[0][0]
    assert [[s.ids for s in samples] for samples in sample(network, sources, 6, 2, settings)] != ids


def test_a_sample_without_eos_at_the_limit_is_unfinished():
    network = model(vocabulary=9, seed=1)
    network.output_weight[EOS] = 0.0
    network.output_weight[5] *= 50
    samples = [s for samples in sample(network, [[4, 5], [6]], 5, 0, limit(4)) for s in samples]
    for hypothesis in samples:
        assert hypothesis.finished == (len(hypothesis.ids) < 4)
        assert not {PAD, BOS, EOS} & set(hypothesis.ids)
    assert not all(hypothesis.finished for hypothesis in samples)


def test_drawing_by_hand():
    """Apart from PAD and BOS, tokens 1, 3, 4 have 0.2, 0.1, 0.3: their cumulative probabilities are 1/3, 1/2 and 1."""
    log_q = torch.tensor([[0.1, 0.2, 0.3, 0.1, 0.3]], dtype=torch.float64).log()
    uniforms = torch.tensor([0.0, 0.33, 0.34, 0.49, 0.51, 1 - 2**-53], dtype=torch.float64)
    assert inverse_cdf_sample(log_q.expand(6, -1), uniforms).tolist() == [1, 1, 3, 3, 4, 4]


def test_a_token_of_probability_zero_is_never_drawn():
    log_q = torch.tensor([[-torch.inf, -torch.inf, -torch.inf, 0.0, -torch.inf]], dtype=torch.float64)
    assert inverse_cdf_sample(log_q.expand(2, -1), torch.tensor([0.0, 1 - 2**-53], dtype=torch.float64)).tolist() == [
        3,
        3,
    ]


def test_equal_sources_have_different_samples():
    network = model(vocabulary=30, seed=5)
    a, b = sample(network, [[4, 5, 6]] * 2, 6, 1, SearchSettings(max_length_ratio=1.0, max_length_extra=5))
    assert [s.ids for s in a] != [s.ids for s in b]
