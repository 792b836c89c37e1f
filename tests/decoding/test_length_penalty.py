"""A search under all length penalties gives the results of a search under each; a model's search moves with it."""

import json
import math
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from seqkd.data.dataset import BOS, EOS
from seqkd.decoding import length_penalty
from seqkd.decoding.beam_search import Hypothesis
from seqkd.decoding.generate import translate
from seqkd.decoding.length_penalty import PenaltySearch, read_chosen_penalty, search_of_model, translate_with_penalties
from seqkd.decoding.settings import LENGTH_PENALTIES, LengthLimits, SearchSettings, TunedSearchSettings
from seqkd.models import checkpoint
from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.scoring import length_penalty as scoring
from seqkd.scoring.length_penalty import choose_length_penalty
from seqkd.utils.errors import UserError

SIZES = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)


def model(seed: int, vocabulary: int = 7, sizes=SIZES):
    torch.manual_seed(seed)
    return checkpoint.build(sizes, vocabulary, vocabulary).eval().requires_grad_(False)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("beam", [2, 5])
def test_its_results_are_those_of_a_search_for_each_penalty(seed, beam):
    network = model(seed, sizes=LstmSettings(architecture="lstm", layers=2, dim=16)).double()
    sources = [[4 + (i * k) % 3 for k in range(1 + i % 6)] for i in range(17)]
    settings = SearchSettings(beam=beam, max_length_ratio=1.5, max_length_extra=6)
    results = translate_with_penalties(network, sources, settings, batch_tokens=64)
    for index, penalty in enumerate(LENGTH_PENALTIES):
        single = settings.model_copy(update={"length_penalty": penalty})
        for hypotheses, (expected, *_) in zip(results, translate(network, sources, single), strict=True):
            assert (hypotheses[index].ids, hypotheses[index].finished) == (expected.ids, expected.finished)
            assert hypotheses[index].log_prob == pytest.approx(expected.log_prob)


class Bigrams:
    """A model whose next token depends on the last one alone: nothing follows BOS with 0.72, else 4, 5 and EOS."""

    def __init__(self):
        self.log_q = torch.full((6, 6), -1e4)
        self.log_q[BOS, EOS], self.log_q[BOS, 4] = math.log(0.72), math.log(0.28)
        self.log_q[4, 5] = self.log_q[5, EOS] = 0.0

    def start(self, src, beam):
        return SimpleNamespace(reorder=lambda rows: None, select=lambda sentences, beam: None)

    def step(self, state, tokens):
        return self.log_q[tokens]

    def logits(self, hidden):
        return hidden


def test_a_translation_that_wins_at_the_limit_is_waited_for():
    """log 0.28 / 3^1.4 = -0.273 beats log 0.72 = -0.329; log 0.28 / 2^1.4 = -0.482, one token before, does not."""
    settings = SearchSettings(beam=2, max_length_ratio=0.001, max_length_extra=3)
    with torch.inference_mode():
        (hypotheses,) = PenaltySearch(Bigrams(), torch.tensor([[4, EOS]]), settings, LENGTH_PENALTIES).run()
    assert [hypothesis.ids for hypothesis in hypotheses] == [[]] * 6 + [[4, 5]]


def test_a_batch_holds_the_beams_of_its_sentences(monkeypatch):
    budgets = []
    monkeypatch.setattr(length_penalty, "search_in_batches", lambda *given: budgets.append(given[2]) or [])
    translate_with_penalties(model(0), [[4]], SearchSettings(beam=5), batch_tokens=64)
    assert budgets == [12]


def test_a_greater_penalty_gives_no_shorter_translations():
    network = model(1, sizes=LstmSettings(architecture="lstm", layers=2, dim=16))
    results = translate_with_penalties(network, [[4, 5], [6, 5, 4, 4, 5]], SearchSettings(beam=6, max_length_ratio=3.0))
    lengths = [[len(hypothesis.ids) for hypothesis in hypotheses] for hypotheses in results]
    assert all(row == sorted(row) for row in lengths) and any(row[0] < row[-1] for row in lengths)


@pytest.fixture
def chosen(toy, tmp_path):
    """A model of random weights with custom length limits, and the penalty chosen for it on dev."""
    limits, folder = LengthLimits(max_length_ratio=1.5, max_length_extra=7), tmp_path / "students/a/1"
    checkpoint.save(model(2, 40), SIZES, (40, 40), folder, limits)
    search = TunedSearchSettings(beam=3, **limits.model_dump())
    stats = choose_length_penalty(
        search=search,
        model=folder,
        tokenizer=toy.tokenizer,
        corpus=toy.corpus,
        folder=folder / "search" / search.name,
        bleu_tokenize="13a",
        precision="float32",
    )
    return folder, search, stats


def test_the_best_penalty_on_dev_is_used_and_moves_with_the_model(chosen, tmp_path):
    folder, search, stats = chosen
    content = json.loads((folder / "search/beam-3-max-1.5-7/search.json").read_text())
    assert [row["length_penalty"] for row in content["tried"]] == list(LENGTH_PENALTIES)
    assert stats["dev_bleu"] == max(row["dev_bleu"] for row in content["tried"])
    moved = shutil.copytree(folder, tmp_path / "elsewhere")
    assert search_of_model(moved, 3, None) == search.tuned(stats["length_penalty"])
    assert search_of_model(moved, 3, 0.2).length_penalty == 0.2
    untuned = search_of_model(moved, 4, None)  # nothing was chosen for this beam
    assert untuned == SearchSettings(beam=4, length_penalty=1.0, max_length_ratio=1.5, max_length_extra=7)


WITH_4_GRAMS, WITHOUT = "the cat sees the dog now", "cat"
"""Dev sets on which BLEU chooses, and on which it is undefined and chrF does."""
CHOICES = {
    "the best": (WITH_4_GRAMS, ["the cat"] * 5 + [WITH_4_GRAMS] + ["the cat"], 5),
    "the nearest to 1 of equal ones": (WITH_4_GRAMS, [WITH_4_GRAMS] * 7, 4),
    "the larger of two as near": (WITH_4_GRAMS, [WITH_4_GRAMS if i in (3, 5) else "the cat" for i in range(7)], 5),
    "the best by chrF where BLEU is undefined": (WITHOUT, ["dog", "dog", "cats", "dog", "dog", "dog", "dog"], 2),
}
"""A reference, its translation under each penalty, and the number of the penalty that is chosen."""


@pytest.mark.parametrize(("reference", "texts", "index"), CHOICES.values(), ids=CHOICES)
def test_the_choice_among_written_translations(monkeypatch, tmp_path, reference, texts, index):
    searches = []

    def translations(_, sources, search):
        searches.append(search)
        return [[Hypothesis(text, 0.0, True) for text in texts] for _ in sources]

    names = SimpleNamespace(sizes=(7, 7), tgt=SimpleNamespace(decode=lambda text: text))
    dev = type("Dev", (), {"src": [np.array([4])] * 3, "__len__": lambda _: 3})
    monkeypatch.setattr(scoring, "translate_with_penalties", translations)
    monkeypatch.setattr(scoring, "Tokenizer", lambda _: names)
    monkeypatch.setattr(scoring, "Dataset", lambda _: dev())
    monkeypatch.setattr(checkpoint, "load", lambda *_: None)
    (tmp_path / "dev.tgt").write_text(f"{reference}\n" * 3, encoding="utf-8")
    same = {"model": tmp_path, "tokenizer": tmp_path, "corpus": tmp_path, "bleu_tokenize": "13a"}
    search = TunedSearchSettings(beam=3)
    facts = choose_length_penalty(search=search, folder=tmp_path / "search", precision="float32", **same)
    assert facts["length_penalty"] == LENGTH_PENALTIES[index] == read_chosen_penalty(tmp_path / "search")
    assert searches == [search.tuned(1.0)]


def test_a_damaged_choice_is_reported(chosen):
    folder, search, _ = chosen
    file = folder / "search" / search.name / "search.json"
    file.write_text("{")
    with pytest.raises(UserError, match="no search settings"):
        read_chosen_penalty(file.parent)


def test_an_untuned_penalty_cannot_be_searched_with():
    with pytest.raises(ValueError, match="length_penalty"):
        TunedSearchSettings().tuned()
    assert TunedSearchSettings(length_penalty=0.4).tuned(None).length_penalty == 0.4
