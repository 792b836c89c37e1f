"""Divergences by hand, and a whole model held against a truth written by hand."""

import json
import math
from random import Random

import pytest
import torch
from fake_truth import FakeTruth

from seqkd.data.tokenizer import Tokenizer
from seqkd.decoding.beam_search import Hypothesis
from seqkd.decoding.generate import forced_scores
from seqkd.decoding.settings import SearchSettings
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.scoring import meanings, oracle_scores
from seqkd.scoring import true_distribution as truth
from seqkd.scoring.divergence import Expectation, entropy_of, forward, reverse, reverse_kl
from seqkd.scoring.sentences import evenly_spaced
from seqkd.scoring.truth_settings import TruthSettings
from seqkd.utils.errors import UserError
from seqkd.utils.files import read_lines

P = {"a": 0.5, "b": 0.25, "c": 0.25}
Q = {"a": 0.25, "b": 0.5, "c": 0.01}  # the rest of its mass is outside
LOG_P, LOG_Q = ({text: math.log(p) for text, p in one.items()} for one in (P, Q))
KL = 0.5 * math.log(2) - 0.25 * math.log(2) + 0.25 * math.log(25)


def test_forward_divergence_by_hand():
    found = forward(Expectation(P, 0), LOG_P, LOG_Q, 0.1)
    assert found.kl == pytest.approx(KL)
    assert found.error == 0
    assert found.coverage == 0.75  # c has a 25th of its probability
    assert forward(Expectation(P, 0), LOG_P, LOG_Q, 0.04).coverage == 1.0
    assert forward(Expectation(P, 0), LOG_P, LOG_P, 1.0) == type(found)(0.0, 0.0, 1.0)


def test_forward_divergence_from_samples_has_the_error_of_a_mean():
    found = forward(Expectation({"a": 0.5, "b": 0.5}, 4), LOG_P, LOG_Q, 0.1)
    assert found.kl == pytest.approx(0.0)
    deviations = [math.log(2), math.log(2), -math.log(2), -math.log(2)]
    assert found.error == pytest.approx(math.sqrt(sum(d * d for d in deviations) / 3 / 4))


def test_reverse_divergence_by_hand():
    """Of four samples two are a, one b, one outside; inside q' = (2/3, 1/3) against p = (1/2, 1/2)."""
    half = {"a": math.log(0.5), "b": math.log(0.5)}
    own = {"a": math.log(0.5), "b": math.log(0.25)}
    found = reverse([("a", True), ("a", False), ("b", True), ("x", True)], half, own)
    assert found.inside == 0.75
    assert found.canonical == pytest.approx(2 / 3)
    expected = 2 / 3 * math.log(4 / 3) + 1 / 3 * math.log(2 / 3)
    assert reverse_kl(found.inside, found.excess) == pytest.approx(expected)


def test_reverse_divergence_of_many_samples_is_that_of_the_sum():
    whole = Q | {"x": 1 - sum(Q.values())}
    drawn = Random(1).choices(list(whole), list(whole.values()), k=200_000)
    found = reverse([(text, True) for text in drawn], LOG_P, LOG_Q)
    inside = sum(Q.values())
    exact = sum(q / inside * (math.log(q / inside) - LOG_P[text]) for text, q in Q.items())
    assert reverse_kl(found.inside, found.excess) == pytest.approx(exact, abs=0.01)


def test_a_model_that_is_all_outside_has_no_finite_reverse_divergence():
    found = reverse([("x", True)], LOG_P, LOG_Q)
    assert (found.inside, found.canonical) == (0.0, None)
    assert reverse_kl(found.inside, found.excess) == math.inf
    assert reverse_kl(1.0, 0.0) == 0.0


def test_the_truth_is_summed_where_small_and_sampled_where_large():
    every = {f"t{i}": 1 / 64 for i in range(64)}
    assert truth.expectation(FakeTruth(every), TruthSettings(enumerate=64), 3) == Expectation(every, 0)
    drawn = truth.expectation(FakeTruth(every), TruthSettings(enumerate=63, samples=500), 3)
    assert drawn.samples == 500 and sum(drawn.weights.values()) == pytest.approx(1.0)
    assert drawn == truth.expectation(FakeTruth(every), TruthSettings(enumerate=0, samples=500), 3)
    assert drawn != truth.expectation(FakeTruth(every), TruthSettings(enumerate=0, samples=500), 4)
    gaps = {text: math.log(1 + int(text[1:])) for text in every}
    found = forward(drawn, dict.fromkeys(every, 0.0), {text: -gap for text, gap in gaps.items()}, 0.1)
    assert abs(found.kl - sum(gaps.values()) / 64) < 4 * found.error


def test_a_line_by_hand():
    outputs = truth.Outputs([("a", True), ("x", True)], -1.5, "b", 0.5, "")
    found = truth.compare(7, FakeTruth(P), Expectation(P, 0), outputs, LOG_Q, 0.1)
    assert (found.line, found.translations, found.enumerated) == (7, 3, True)
    assert found.kl == pytest.approx(KL)
    assert found.entropy == pytest.approx(1.5 * math.log(2)) == entropy_of(FakeTruth(P))
    assert (found.mode_prob, found.mode_mass) == (0.5, pytest.approx(0.25))
    assert (found.inside, found.excess) == (0.5, pytest.approx(-math.log(2) / 2))
    assert (found.greedy_prob, found.greedy_rank, found.greedy_mass) == (0.25, 2, 0.5)
    assert (found.beam_prob, found.beam_rank) == (0.0, None)
    assert found.model_entropy == 1.5


def test_outputs_are_text_with_an_end_and_may_be_segmented_otherwise(toy, monkeypatch):
    subwords = Tokenizer(toy.tokenizer).tgt
    text = read_lines(toy.test_set / "test.tgt")[0]
    ids = subwords.encode([text])[0]
    longest = max(range(len(ids)), key=lambda place: len(subwords.model.id_to_piece(ids[place])))
    letters = [subwords.model.piece_to_id(one) for one in subwords.model.id_to_piece(ids[longest])]
    other = [*ids[:longest], *letters, *ids[longest + 1 :]]
    assert other != ids and subwords.decode(other) == text
    said = [Hypothesis(ids, -2.0, True), Hypothesis(other, -4.0, True), Hypothesis(ids, -3.0, False)]
    monkeypatch.setattr(truth, "sample", lambda *_: [said])
    monkeypatch.setattr(truth, "translate", lambda _, __, search: [[said[0 if search.beam == 1 else 2]]])
    found = truth.decode(None, subwords, [[4]], SearchSettings(beam=3), TruthSettings(samples=3))[0]
    assert found.samples == [(text, True), (text, False), ("", False)]
    assert (found.mean_log_q, found.greedy, found.beam) == (-3.0, text, "")
    assert found.greedy_mass == pytest.approx(math.exp(-2))


@pytest.mark.parametrize(
    ("count", "limit", "indices"), [(5, 9, [0, 1, 2, 3, 4]), (9, 3, [0, 4, 8]), (1, 2, [0]), (5, 0, [])]
)
def test_indices_are_evenly_spaced(count, limit, indices):
    assert evenly_spaced(count, limit) == indices


def test_a_line_without_a_meaning_is_named(tmp_path):
    (tmp_path / "test.groups").write_text("3\n")
    with pytest.raises(UserError, match=r"test\.groups:1: no meaning of a caption"):
        list(meanings.truths_of(tmp_path))


@pytest.fixture
def truths(toy, monkeypatch):
    """Each toy sentence has its reference and the next line's, as likely as one and three."""
    references = read_lines(toy.test_set / "test.tgt")
    every = [
        FakeTruth({text: 0.75, other: 0.25})
        for text, other in zip(references, references[1:] + references[:1], strict=True)
    ]
    monkeypatch.setattr(truth, "truths_of", lambda folder, places: [every[place] for place in places])
    monkeypatch.setattr(oracle_scores, "truths_of", lambda folder: iter(every))
    return every


def test_a_whole_model_against_the_truth(toy, tmp_path, truths):
    torch.manual_seed(0)
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
    checkpoint.save(checkpoint.build(settings, 40, 40), settings, (40, 40), tmp_path / "m")
    system = {"system": "s", "test_set": "t"}
    arguments = {"system": system, "model": tmp_path / "m", "tokenizer": toy.tokenizer, "test_set": toy.test_set}
    for folder in ("one", "two"):
        truth.compare_to_truth(
            settings=TruthSettings(sources=5, samples=3),
            search=SearchSettings(beam=3),
            folder=tmp_path / folder,
            precision="float32",
            **arguments,
        )
    text = (tmp_path / "one/truth.json").read_text()
    assert text == (tmp_path / "two/truth.json").read_text()
    found = json.loads(text)
    lines = found["lines"]
    assert found["system"] == "s" and lines["line"] == [0, 1, 3, 5, 7]
    assert all(len(column) == 5 for column in lines.values())
    assert lines["enumerated"] == [True] * 5
    subwords, network = Tokenizer(toy.tokenizer), checkpoint.load(tmp_path / "m", "float32")
    source = subwords.src.encode([read_lines(toy.test_set / "test.src")[3]])
    texts = truths[3].translations()
    scores = forced_scores(network, source * 2, subwords.tgt.encode(texts))
    expected = sum(p * (math.log(p) - sum(s)) for p, (s, _) in zip(texts.values(), scores, strict=True))
    assert lines["kl"][2] == pytest.approx(expected, abs=1e-4)
    assert lines["inside"] == [0.0] * 5 and lines["canonical"] == [None] * 5


def test_oracle_scores_of_a_test_set(toy, tmp_path, truths):
    arguments = {"seed": 1, "bleu_tokenize": "13a", "test_set": toy.test_set}
    found = oracle_scores.measure_oracle_scores(**arguments, folder=tmp_path)
    assert json.loads((tmp_path / "oracle_scores.json").read_text()) == found
    assert read_lines(tmp_path / "mode.txt") == read_lines(toy.test_set / "test.tgt")
    assert found["bleu_of_mode"] == 100 > found["bleu_of_sample"]
    assert (found["mode_prob"], found["translations"], found["sentences"]) == (0.75, 2, 8)
    assert found["entropy"] == pytest.approx(-0.75 * math.log(0.75) - 0.25 * math.log(0.25))
