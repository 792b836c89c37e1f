"""Prefix sources: samples and argmax by hand, the chosen shares, and that the same random state draws the same."""

import pytest
import torch
from numpy import array

from seqkd.batches.batches import Batch, pad
from seqkd.batches.dataset import BOS, EOS, PAD
from seqkd.decoding.engine import translate
from seqkd.decoding.search import Hypothesis
from seqkd.decoding.settings import SearchSettings
from seqkd.models import store
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.prefixes import View, argmax, mixed, student, targets

MODEL = TransformerSettings(dim=16, ffn=16, heads=2, encoder_layers=1, decoder_layers=1, dropout=0.3)
SOURCES, TARGETS = [[5, 6, 7], [8, 9], [4]], [[4, 5], [6, 7, 8, 9], [10]]


def batch() -> Batch:
    src, tgt = ([array(ids, "int32") for ids in side] for side in (SOURCES, TARGETS))
    return Batch(pad(src), pad(tgt, (BOS,), ()), pad(tgt))


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return store.build(MODEL, 12, 12).train()


def view(model, progress=0.5):
    return View(batch(), model, progress)


def test_targets_are_the_batch_itself(model):
    seen = view(model)
    assert next(targets.pairs(seen, targets.Options())) is seen.batch


def test_the_argmax_prefix_is_the_choices_one_place_to_the_right():
    prefix, choices = torch.tensor([[BOS, 4, 5], [BOS, 6, PAD]]), torch.tensor([[7, 8, 9], [10, 11, 0]])
    assert argmax.shifted(prefix, choices).tolist() == [[BOS, 7, 8], [BOS, 10, 11]]
    assert prefix.tolist() == [[BOS, 4, 5], [BOS, 6, PAD]]


def test_each_iteration_follows_the_choices_of_the_one_before(model):
    seen = view(model)
    pairs = argmax.pairs(seen, argmax.Options(iterations=3))
    for number in (7, 8):
        seen.choices = torch.full_like(seen.batch.target, number)
        pair = next(pairs)
        assert set(pair.prefix[:, 1:].flatten().tolist()) == {number}
        assert torch.equal(pair.target, seen.batch.target)
    assert next(pairs, None) is None
    assert seen.batch.prefix[0].tolist() == [BOS, 4, 5, PAD, PAD]


def test_samples_as_prefixes_by_hand():
    found = [Hypothesis([4, 5], 0.0, True), Hypothesis([6, 7, 8], 0.0, False), Hypothesis([], 0.0, True)]
    made = student.batch_of(torch.zeros(3, 1), [student.ids_of(one) for one in found])
    assert made.prefix.tolist() == [[BOS, 4, 5], [BOS, 6, 7], [BOS, PAD, PAD]]
    assert made.target.tolist() == [[4, 5, EOS], [6, 7, 8], [EOS, PAD, PAD]]


def test_samples_follow_the_random_state_and_leave_the_student_training(model):
    torch.manual_seed(3)
    first = student.samples(model, batch(), student.Options())
    assert model.training
    torch.manual_seed(3)
    again = student.samples(model, batch(), student.Options())
    other = student.samples(model, batch(), student.Options())
    assert torch.equal(first.target, again.target)
    assert first.target.shape != other.target.shape or not torch.equal(first.target, other.target)
    assert first.prefix.shape == first.target.shape
    assert bool((first.prefix[:, 0] == BOS).all())


def test_the_best_word_alone_is_greedy_search_without_dropout(model):
    found = student.samples(model, batch(), student.Options(top_k=1, longest=1.0))
    model.eval()
    for i, ids in enumerate(TARGETS):
        limits = SearchSettings(beam=1, max_length_ratio=1e-9, max_length_extra=len(ids) + 1 + 5)
        (greedy,) = translate(model, [SOURCES[i]], limits)[0]
        assert found.target[i][found.target[i] != PAD].tolist() == [*greedy.ids, *([EOS] if greedy.finished else [])]
    model.train()


def test_a_low_temperature_draws_the_best_word(model):
    torch.manual_seed(0)
    cold = student.samples(model, batch(), student.Options(temperature=0.001))
    best = student.samples(model, batch(), student.Options(top_k=1))
    assert torch.equal(cold.target, best.target)


def test_only_the_most_probable_words_are_drawn():
    from seqkd.decoding.sampling import narrowed

    logits = torch.tensor([[9.0, 0.0, 9.0, 1.0, 3.0, 2.0]])
    assert narrowed(logits, 1.0, 2)[0].tolist() == [-torch.inf] * 4 + [3.0, 2.0]  # padding and start are no words
    assert narrowed(logits, 0.5, 0)[0].tolist() == [-torch.inf, 0.0, -torch.inf, 2.0, 6.0, 4.0]
    assert torch.equal(narrowed(logits, 1.0, 0), logits)


@pytest.mark.parametrize(
    ("course", "progress", "expected"),
    [("level", 0.1, 0.995), ("rising", 1.0, 0.995), ("rising", 1e-9, 0.0), ("rising", 0.5, 1 - 200**-0.5)],
)
def test_the_share_of_samples_by_hand(course, progress, expected):
    options = mixed.Options(student_share=0.995, course=course)
    assert mixed.share(options, progress) == pytest.approx(expected, abs=1e-6)


def test_a_whole_batch_or_single_sentences_are_replaced(model):
    by_batch, by_sentence = mixed.Options(), mixed.Options(unit="sentence")
    torch.manual_seed(0)
    kinds = {"batch": set(), "sentence": set()}
    for _ in range(40):
        for name, options in (("batch", by_batch), ("sentence", by_sentence)):
            (pair,) = mixed.pairs(view(model), options)
            kept = [row[row != PAD].tolist() == [*ids, EOS] for row, ids in zip(pair.target, TARGETS, strict=True)]
            kinds[name].add(sum(kept))
            assert torch.equal(pair.src, batch().src)
    assert kinds["batch"] == {0, 3}
    assert {1, 2} <= kinds["sentence"]


def test_rows_of_samples_are_laid_in_where_they_belong():
    drawn = Batch(torch.zeros(1, 1), torch.tensor([[BOS, 9]]), torch.tensor([[9, EOS]]))
    whole = mixed.laid_in(batch(), torch.tensor([1]), drawn)
    assert whole.prefix.tolist() == [[BOS, 4, 5, PAD, PAD], [BOS, 9, PAD, PAD, PAD], [BOS, 10, PAD, PAD, PAD]]
    assert whole.target.tolist() == [[4, 5, EOS, PAD, PAD], [9, EOS, PAD, PAD, PAD], [10, EOS, PAD, PAD, PAD]]
