"""Scores: pencil cases of the diagnostics, overlap, and the JSON of a whole model."""

import json
import math

import pytest
import torch

from seqkd.corpus.text import count_words
from seqkd.decoding.search import Hypothesis
from seqkd.decoding.settings import SearchSettings, TunedSearchSettings
from seqkd.models import store
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.scoring import bleu, diagnostics, speed
from seqkd.scoring.score import overlap, score_model
from seqkd.scoring.settings import ScoreSettings
from seqkd.scoring.speed import measure_speed
from seqkd.scoring.speed_settings import SpeedSettings

SYSTEM = {"system": "s", "teacher": "", "model": "m", "seed": 1, "sparsity": 0, "retrained": None, "test_set": "t"}


def test_perplexities_by_hand():
    scored = [([math.log(0.5), math.log(0.25)], [True, False]), ([math.log(0.125)], [True])]
    found = diagnostics.gold(scored, ["abc", ""])
    assert found["gold_ppl"] == 4.0
    assert found["gold_ppl_char"] == pytest.approx(2 ** (6 / 5), abs=1e-4)
    assert found["top1_agreement"] == pytest.approx(2 / 3, abs=1e-6)


def test_the_mode_counts_finished_outputs_alone():
    found = [Hypothesis([5], math.log(p), True) for p in (0.1, 0.2, 0.6)] + [Hypothesis([5], 0.0, False)]
    assert diagnostics.mode(found) == {"mode_mass": 0.3, "mode_mass_median": 0.2}


def test_an_unbounded_perplexity_is_no_number():
    assert diagnostics.perplexity(1e6, 10) is None


def test_chinese_is_scored_although_it_has_no_spaces():
    assert 0 < bleu.corpus_bleu(["我喜欢很大的红色苹果树"], ["我喜欢很大的红色苹果"], "zh").score < 100


def test_overlap_is_a_side_that_also_stands_in_train(toy):
    train = (toy.corpus / "train.src").read_text().splitlines()
    assert overlap(toy.corpus, [train[3], "x", "y"], ["a", "b", "c"]) == {0}


@pytest.fixture
def model(toy, tmp_path):
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
    torch.manual_seed(0)
    store.save(store.build(settings, 40, 40), settings, (40, 40), tmp_path / "m")
    return tmp_path / "m"


def test_the_scores_of_a_model(toy, tmp_path, model):
    score_model(
        settings=ScoreSettings(search=TunedSearchSettings(beam=3, length_penalty=0.6)),
        system=SYSTEM,
        model=model,
        teacher=None,
        tokenizer=toy.tokenizer,
        test_set=toy.test_set,
        corpus=toy.corpus,
        folder=tmp_path / "out",
        bleu_tokenize="13a",
        precision="float32",
    )
    scores = json.loads((tmp_path / "out/scores.json").read_text())
    assert {key: scores[key] for key in SYSTEM} == SYSTEM
    greedy, beam = scores["measurements"]
    assert (greedy["decoding"], beam["decoding"]) == ("greedy", "beam-3")
    assert greedy["mode_mass"] is None or 0 <= greedy["mode_mass"] <= 1
    assert beam["mode_mass"] is None
    assert greedy["gold_ppl"] == beam["gold_ppl"] > 1
    assert greedy["parameters"] >= greedy["nonzero_parameters"] > 0
    for measurement in (greedy, beam):
        assert measurement["bleu_signature"].startswith("nrefs:1|case:mixed|eff:no|tok:13a")
        texts = (tmp_path / "out" / f"{measurement['decoding']}.txt").read_text().splitlines()
        assert len(texts) == measurement["sentences"] == 8


@pytest.mark.parametrize(("durations", "expected"), [([0.15, 0.06, 0.06, 0.06], 0.06), ([0.4], 0.4)])
def test_a_short_pass_is_repeated_and_its_first_turn_does_not_count(monkeypatch, durations, expected):
    now, left = [0.0], list(durations)
    monkeypatch.setattr(speed.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(speed, "translate", lambda *given, **more: now.__setitem__(0, now[0] + left.pop(0)))
    load = speed.Load("batched", [[4, 5]], 2, 1000)
    assert load.seconds(None, None) == pytest.approx(expected)
    assert not left


def test_the_speed_of_a_model_stands_beside_the_teachers(toy, tmp_path, model):
    settings = SpeedSettings(sentences=4, single_sentences=2, time_budget=1, repeats=2)
    measure_speed(
        settings=settings,
        search=SearchSettings(beam=3),
        teacher_search=SearchSettings(beam=3, length_penalty=0.6),
        system=SYSTEM,
        model=model,
        teacher=model,
        tokenizer=toy.tokenizer,
        test_set=toy.test_set,
        folder=tmp_path / "out",
        precision="float32",
    )
    speed = json.loads((tmp_path / "out/speed.json").read_text())
    assert [(m["decoding"], m["batching"]) for m in speed["measurements"]] == [
        (decoding, batching) for batching in ("batched", "single") for decoding in ("greedy", "beam-3")
    ]
    assert all(m["words_per_second"] > 0 and m["ratio_to_teacher"] > 0 for m in speed["measurements"])


@pytest.mark.parametrize(
    "text", ["a small house", "我喜欢很大的红色苹果树和很小的房子", "สวัสดีชาวโลก", "안녕하세요 세계"]
)
def test_speed_counts_words_as_cleaning_does(toy, tmp_path, text):
    (tmp_path / "test.src").write_text(f"{text}\n", encoding="utf-8")
    loads = speed.workloads(SpeedSettings(), toy.tokenizer, tmp_path)
    assert [load.words for load in loads] == [count_words(text)] * 2
