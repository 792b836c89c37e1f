"""Translations of a test set and their scores: pencil cases of the diagnostics, overlap, and the JSON of a model."""

import json
import math

import numpy as np
import pytest
import torch
from sacrebleu.metrics.ter import TER

from seqkd.corpus.text import count_words
from seqkd.data.tokenizer import Tokenizer
from seqkd.decoding.generate import forced_scores, translate
from seqkd.decoding.settings import SearchSettings
from seqkd.decoding.translate_text import translate_lines
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.scoring import diagnostics, speed
from seqkd.scoring.metrics import bleu, chrf, ter
from seqkd.scoring.score import measure, overlap, score_translations
from seqkd.scoring.sizes import size
from seqkd.scoring.speed import measure_speed
from seqkd.scoring.speed_settings import SpeedSettings
from seqkd.scoring.translate import translate_test_set
from seqkd.utils.errors import UserError
from seqkd.utils.files import read_lines, write_json, write_lines

SYSTEM = {"system": "s", "teacher": "", "model": "m", "seed": 1, "sparsity": 0, "retrained": None, "test_set": "t"}


def test_perplexities_by_hand():
    scored = {"log_prob": [math.log(0.125), math.log(0.125)], "tokens": [2, 1], "top1": [1, 1]}
    found = diagnostics.gold(scored, ["abc", ""])
    assert found["gold_ppl"] == 4.0
    assert found["gold_ppl_char"] == pytest.approx(2 ** (6 / 5), abs=1e-4)
    assert found["top1_agreement"] == pytest.approx(2 / 3, abs=1e-6)


def test_the_mode_counts_only_finished_outputs():
    log_probs = [math.log(p) for p in (0.1, 0.2, 0.6, 1.0)]
    assert diagnostics.mode(log_probs, [True, True, True, False]) == {"mode_mass": 0.3, "mode_mass_median": 0.2}


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
    checkpoint.save(checkpoint.build(settings, 40, 40), settings, (40, 40), tmp_path / "m")
    return tmp_path / "m"


SEARCH = SearchSettings(beam=3, length_penalty=0.6)


@pytest.fixture
def translations(toy, tmp_path, model):
    translate_test_set(
        search=SEARCH,
        model=model,
        tokenizer=toy.tokenizer,
        test_set=toy.test_set,
        folder=tmp_path / "translations",
        precision="float32",
    )
    return tmp_path / "translations"


def scored(toy, translations, folder, **changes):
    arguments = {"metrics": ["bleu", "chrf"], "teacher_agreement": None, "bleu_tokenize": "13a", "system": SYSTEM}
    arguments |= {"test_set": toy.test_set, "corpus": toy.corpus} | changes
    score_translations(translations=translations, folder=folder, **arguments)
    return json.loads((folder / "scores.json").read_text())


def test_translations_are_those_of_seqkd_translate(toy, model, translations):
    sources = read_lines(toy.test_set / "test.src")
    for beam, name in ((1, "greedy"), (3, "beam-3")):
        lines = translate_lines(sources, model, toy.tokenizer, beam=beam, length_penalty=0.6)
        assert read_lines(translations / f"{name}.txt") == list(lines)


def test_facts_of_translations_are_those_of_the_model(toy, model, translations):
    facts = json.loads((translations / "translations.json").read_text())
    subwords, network = Tokenizer(toy.tokenizer), checkpoint.load(model)
    sources = subwords.src.encode(read_lines(toy.test_set / "test.src"))
    best = [hypotheses[0] for hypotheses in translate(network, sources, SEARCH)]
    beam = facts["decodings"]["beam-3"]
    assert beam["length_penalty"] == 0.6 and facts["decodings"]["greedy"]["length_penalty"] is None
    assert beam["log_prob"] == [one.log_prob for one in best] and beam["finished"] == [one.finished for one in best]
    targets = subwords.tgt.encode(read_lines(toy.test_set / "test.tgt"))
    expected = forced_scores(network, sources, targets)
    assert facts["references"]["log_prob"] == [sum(log_probs) for log_probs, _ in expected]
    assert facts["references"]["tokens"] == [len(ids) + 1 for ids in targets]
    assert facts["references"]["top1"] == [sum(hits) for _, hits in expected]


def test_the_size_of_a_model_is_read_from_its_file(model):
    weights = list(checkpoint.load(model).parameters())
    assert size(model)["parameters"] == sum(weight.numel() for weight in weights)
    assert size(model)["nonzero_parameters"] == sum(int(weight.count_nonzero()) for weight in weights)
    assert size(model)["bytes"] == (model / "model.safetensors").stat().st_size


def test_the_scores_of_a_model(toy, tmp_path, translations):
    scores = scored(toy, translations, tmp_path / "out")
    assert {key: scores[key] for key in SYSTEM} == SYSTEM
    greedy, beam = scores["measurements"]
    assert (greedy["decoding"], beam["decoding"]) == ("greedy", "beam-3")
    assert greedy["mode_mass"] is None or 0 <= greedy["mode_mass"] <= 1
    assert beam["mode_mass"] is None and beam["length_penalty"] == 0.6
    assert greedy["gold_ppl"] == beam["gold_ppl"] > 1
    assert greedy["parameters"] >= greedy["nonzero_parameters"] > 0
    assert not list((tmp_path / "out").glob("*.npy"))
    references = read_lines(toy.test_set / "test.tgt")
    for row in (greedy, beam):
        texts = read_lines(translations / f"{row['decoding']}.txt")
        expected = bleu.corpus_bleu(texts, references, "13a")
        assert row["bleu"] == round(expected.score, 4)
        assert row["chrf"] == round(chrf.chrf_metric().corpus_score(texts, [references]).score, 4)
        assert row["length_ratio"] == round(expected.sys_len / expected.ref_len, 4)
        assert row["bleu_signature"].startswith("nrefs:1|case:mixed|eff:no|tok:13a")
        assert len(texts) == row["sentences"] == 8
        assert row["truncated"] + row["empty"] >= 0


def test_bleu_without_overlap_leaves_out_what_was_trained_on(toy, tmp_path):
    texts, references = ["a b c d", "x b c d", "a b x d"], ["a b c d", "a b c d", "a b c d"]
    statistics = {"bleu": bleu.score_sentences(texts, references, [], "13a")}
    found = measure(statistics, {0}, "13a")
    assert found["bleu_without_overlap"] == round(bleu.corpus_bleu(texts[1:], references[1:], "13a").score, 4)
    assert measure(statistics, set(), "13a")["bleu_without_overlap"] is None
    assert measure(statistics, {0, 1, 2}, "13a")["bleu_without_overlap"] is None


def test_a_further_metric_is_computed_only_if_it_is_named(toy, tmp_path, translations):
    scores = scored(toy, translations, tmp_path / "out", metrics=["bleu", "chrf", "ter"])
    references = read_lines(toy.test_set / "test.tgt")
    for row in scores["measurements"]:
        texts = read_lines(translations / f"{row['decoding']}.txt")
        assert row["ter"] == round(TER().corpus_score(texts, [references]).score, 4)
        assert row["ter_signature"].startswith("nrefs:1|case:lc|tok:tercom")
        stored = np.load(tmp_path / "out" / f"{row['decoding']}.ter.npy", allow_pickle=False)
        assert stored.tolist() == ter.score_sentences(texts, references, [], "13a").tolist()
    assert "ter" not in scored(toy, translations, tmp_path / "plain")["measurements"][0]


def test_what_is_measured_next_to_the_teacher_is_in_every_row(toy, tmp_path, translations):
    write_json(tmp_path / "teacher_agreement.json", {"ta_rate": 0.5})
    rows = scored(toy, translations, tmp_path / "out", teacher_agreement=tmp_path)["measurements"]
    assert [row["ta_rate"] for row in rows] == [0.5, 0.5]


def test_translations_of_another_number_of_sentences_are_refused(toy, tmp_path, translations):
    write_lines(translations / "greedy.txt", ["one"])
    with pytest.raises(UserError, match=r"greedy\.txt: 1 lines for 8 references\. Delete .*translations and run again"):
        scored(toy, translations, tmp_path / "out")


@pytest.mark.parametrize(("durations", "expected"), [([0.15, 0.06, 0.06, 0.06], 0.06), ([0.4], 0.4)])
def test_a_short_pass_is_repeated_and_its_first_turn_does_not_count(monkeypatch, durations, expected):
    now, left = [0.0], list(durations)
    monkeypatch.setattr(speed.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(speed, "translate", lambda *given, **more: now.__setitem__(0, now[0] + left.pop(0)))
    workload = speed.Workload("batched", [[4, 5]], 2, 1000)
    assert workload.seconds(None, None) == pytest.approx(expected)
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
    measured = speed.workloads(SpeedSettings(), toy.tokenizer, tmp_path)
    assert [workload.words for workload in measured] == [count_words(text)] * 2
