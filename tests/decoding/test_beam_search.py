"""Beam search against every possible translation, greedy search against a plain loop, and invariances."""

import itertools
import math

import pytest
import torch

from seqkd.data.batching import pad
from seqkd.data.dataset import BOS, EOS
from seqkd.decoding.beam_search import beam_search
from seqkd.decoding.generate import forced_scores, translate
from seqkd.decoding.settings import SearchSettings
from seqkd.models.checkpoint import build
from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.transformer_settings import TransformerSettings

TOKENS = [1, 4, 5, 6]


BOTH = pytest.mark.parametrize("architecture", ["transformer", "lstm"])


def model(vocabulary=7, seed=0, dtype=torch.float64, architecture="transformer", **settings):
    torch.manual_seed(seed)
    sizes = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=2, **settings)
    if architecture == "lstm":
        sizes = LstmSettings(architecture="lstm", layers=2, dim=16)
    network = build(sizes, vocabulary, vocabulary)
    if architecture == "transformer":
        with torch.no_grad():
            network.tgt_embedding.mul_(3.0)  # distributions as peaked as a new LSTM's
    return network.to(dtype).eval().requires_grad_(False)


def limit(length):
    return SearchSettings(beam=1, max_length_ratio=0.001, max_length_extra=length)


def every_translation(network, source, longest):
    """All sequences of up to ``longest`` - 1 TOKENS with their log-probability, by brute force."""
    targets = [list(t) for n in range(longest) for t in itertools.product(TOKENS, repeat=n)]
    scored = forced_scores(network, [source] * len(targets), targets, 2000)
    return sorted(((sum(s), t) for (s, _), t in zip(scored, targets, strict=True)), reverse=True)


@BOTH
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_a_wide_beam_is_exhaustive_search(seed, alpha, architecture):
    network, source, longest = model(seed=seed, architecture=architecture), [4, 6, 5], 5
    expected = every_translation(network, source, longest)
    expected = sorted(((p / (len(t) + 1) ** alpha, t) for p, t in expected), reverse=True)[:10]
    settings = limit(longest).model_copy(update={"beam": 5 * len(TOKENS) ** (longest - 1), "length_penalty": alpha})
    hypotheses = beam_search(network, pad([source]), settings, n_best=10)[0]
    assert [h.ids for h in hypotheses] == [t for _, t in expected]
    for h, (score, _) in zip(hypotheses, expected, strict=True):
        assert h.log_prob / (len(h.ids) + 1) ** alpha == pytest.approx(score, abs=1e-5)
        assert h.finished


@pytest.mark.parametrize("sizes", [{"norm": "pre"}, {"norm": "post"}, {"architecture": "lstm"}], ids=str)
def test_greedy_equals_a_plain_loop_without_cache(sizes):
    network = model(vocabulary=30, seed=3, **sizes)
    for source in ([4, 5, 6, 7], [20, 21], [9]):
        prefix = [BOS]
        while len(prefix) <= 12:
            hidden = network(pad([source]), torch.tensor([prefix]))[0, -1]
            logits = hidden @ network.output_weight.T
            logits[[0, 2]] = -torch.inf
            prefix.append(int(logits.argmax()))
            if prefix[-1] == EOS:
                break
        best = translate(network, [source], limit(12))[0][0]
        assert best.ids == [i for i in prefix[1:] if i != EOS]
        assert best.finished == (prefix[-1] == EOS)


@BOTH
def test_greedy_search_is_a_beam_of_one(architecture):
    generator, outcomes = torch.Generator().manual_seed(1), set()
    for seed in range(12):
        network = model(vocabulary=12, seed=seed, architecture=architecture)
        sources = [torch.randint(4, 12, (1 + i % 9,), generator=generator).tolist() for i in range(20)]
        greedy = [best for (best,) in translate(network, sources, limit(7), 90)]
        beam = [best for source in sources for (best,) in beam_search(network, pad([source]), limit(7))]
        assert [(h.ids, h.finished) for h in greedy] == [(h.ids, h.finished) for h in beam]
        assert [h.log_prob for h in greedy] == pytest.approx([h.log_prob for h in beam], abs=1e-5)
        unscored = [best for (best,) in translate(network, sources, limit(7), 90, scored=False)]
        assert [(h.ids, h.finished) for h in unscored] == [(h.ids, h.finished) for h in greedy]
        assert all(math.isnan(h.log_prob) for h in unscored)
        outcomes |= {(len(h.ids), h.finished) for h in greedy}
    assert {(0, True), (7, False)} <= outcomes


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-6), (torch.float32, 1e-4)])
@pytest.mark.parametrize("beam", [1, 4])
@BOTH
def test_batch_and_padding_change_nothing(dtype, tolerance, beam, architecture):
    network = model(vocabulary=30, seed=5, dtype=dtype, architecture=architecture)
    generator = torch.Generator().manual_seed(1)
    sources = [torch.randint(4, 30, (1 + i % 9,), generator=generator).tolist() for i in range(23)]
    settings = SearchSettings(beam=beam, max_length_ratio=1.0, max_length_extra=5)
    batched = translate(network, sources, settings, 10000, n_best=beam)
    for source, expected in zip(sources, batched, strict=True):
        single = translate(network, [source], settings, 1, n_best=beam)[0]
        assert [h.ids for h in single] == [h.ids for h in expected]
        assert [h.log_prob for h in single] == pytest.approx([h.log_prob for h in expected], abs=tolerance)


@BOTH
def test_a_hypothesis_has_the_log_probability_of_forced_scoring(architecture):
    network = model(vocabulary=12, seed=2, architecture=architecture)
    settings = SearchSettings(beam=6, length_penalty=0.0, max_length_ratio=1.0, max_length_extra=6)
    sources = [[4, 5, 6], [7, 8], [9, 10, 11, 4, 5]]
    for source, hypotheses in zip(sources, translate(network, sources, settings, n_best=6), strict=True):
        ended = [h for h in hypotheses if h.finished]
        forced = forced_scores(network, [source] * len(ended), [h.ids for h in ended])
        assert [h.log_prob for h in ended] == pytest.approx([sum(s) for s, _ in forced], abs=1e-5)
        assert [h.log_prob for h in ended] == sorted((h.log_prob for h in ended), reverse=True)
        assert len({tuple(h.ids) for h in ended}) == len(ended)


def test_the_best_does_not_depend_on_n_best():
    network = model(vocabulary=20, seed=7)
    settings = SearchSettings(beam=5, max_length_ratio=1.0, max_length_extra=8)
    sources = [[4 + i, 9, 5] for i in range(10)]
    single, five = (translate(network, sources, settings, n_best=n) for n in (1, 5))
    assert [h[0].ids for h in single] == [h[0].ids for h in five]


def test_a_translation_without_eos_at_the_limit_is_unfinished():
    network = model(vocabulary=9, seed=1)
    with torch.no_grad():
        network.output_weight[EOS] = 0.0
        network.output_weight[5] *= 50
    for longest in (1, 4):
        hypotheses = translate(network, [[4, 5]], limit(longest).model_copy(update={"beam": 2}))[0]
        assert len(hypotheses) == 1
        assert hypotheses[0].finished or len(hypotheses[0].ids) == longest
