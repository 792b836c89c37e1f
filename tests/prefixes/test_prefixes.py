"""Prefix sources: samples and argmax by hand, fractions of samples, and reproducibility from the random state."""

import pytest
import torch
from numpy import array

from seqkd.data.batching import Batch, pad
from seqkd.data.dataset import BOS, EOS, PAD
from seqkd.decoding.beam_search import Hypothesis
from seqkd.decoding.generate import translate
from seqkd.decoding.settings import SearchSettings
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.prefixes import PrefixContext, argmax, mixed, student, targets

MODEL = TransformerSettings(dim=16, ffn_dim=16, heads=2, encoder_layers=1, decoder_layers=1, dropout=0.3)
SOURCES, TARGETS = [[5, 6, 7], [8, 9], [4]], [[4, 5], [6, 7, 8, 9], [10]]


def batch() -> Batch:
    src, tgt = ([array(ids, "int32") for ids in side] for side in (SOURCES, TARGETS))
    return Batch(pad(src), pad(tgt, (BOS,), ()), pad(tgt))


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return checkpoint.build(MODEL, 12, 12).train()


def context(model, progress=0.5):
    return PrefixContext(batch(), model, progress)


def test_targets_are_the_batch_itself(model):
    inputs = context(model)
    assert next(targets.pairs(inputs, targets.Options())) is inputs.batch


def test_the_argmax_prefix_is_the_shifted_choices():
    prefix, choices = torch.tensor([[BOS, 4, 5], [BOS, 6, PAD]]), torch.tensor([[7, 8, 9], [10, 11, 0]])
    assert argmax.shift_right(prefix, choices).tolist() == [[BOS, 7, 8], [BOS, 10, 11]]
    assert prefix.tolist() == [[BOS, 4, 5], [BOS, 6, PAD]]


def test_each_iteration_follows_the_choices_of_the_one_before(model):
    inputs = context(model)
    pairs = argmax.pairs(inputs, argmax.Options(iterations=3))
    for token in (7, 8):
        inputs.previous_argmax = torch.full_like(inputs.batch.target, token)
        pair = next(pairs)
        assert set(pair.prefix[:, 1:].flatten().tolist()) == {token}
        assert torch.equal(pair.target, inputs.batch.target)
    assert next(pairs, None) is None
    assert inputs.batch.prefix[0].tolist() == [BOS, 4, 5, PAD, PAD]


def test_samples_as_prefixes_by_hand():
    hypotheses = [Hypothesis([4, 5], 0.0, True), Hypothesis([6, 7, 8], 0.0, False), Hypothesis([], 0.0, True)]
    pair = student.to_batch(torch.zeros(3, 1), [student.ids_with_end(hypothesis) for hypothesis in hypotheses])
    assert pair.prefix.tolist() == [[BOS, 4, 5], [BOS, 6, 7], [BOS, PAD, PAD]]
    assert pair.target.tolist() == [[4, 5, EOS], [6, 7, 8], [EOS, PAD, PAD]]


def test_samples_follow_the_random_state_and_leave_the_student_training(model):
    torch.manual_seed(3)
    first = student.samples(model, batch(), student.Options())
    assert model.training
    torch.manual_seed(3)
    repeated = student.samples(model, batch(), student.Options())
    second = student.samples(model, batch(), student.Options())
    assert torch.equal(first.target, repeated.target)
    assert first.target.shape != second.target.shape or not torch.equal(first.target, second.target)
    assert first.prefix.shape == first.target.shape
    assert bool((first.prefix[:, 0] == BOS).all())


def test_top_k_of_1_is_greedy_search_without_dropout(model):
    samples = student.samples(model, batch(), student.Options(top_k=1, max_length_ratio=1.0))
    model.eval()
    for i, ids in enumerate(TARGETS):
        limits = SearchSettings(beam=1, max_length_ratio=1e-9, max_length_extra=len(ids) + 1 + 5)
        (greedy,) = translate(model, [SOURCES[i]], limits)[0]
        assert samples.target[i][samples.target[i] != PAD].tolist() == student.ids_with_end(greedy)
    model.train()


def test_a_low_temperature_samples_the_most_probable_token(model):
    torch.manual_seed(0)
    cold = student.samples(model, batch(), student.Options(temperature=0.001))
    best = student.samples(model, batch(), student.Options(top_k=1))
    assert torch.equal(cold.target, best.target)


def test_only_the_most_probable_tokens_are_sampled():
    from seqkd.decoding.sampling import apply_temperature_topk

    logits = torch.tensor([[9.0, 0.0, 9.0, 1.0, 3.0, 2.0]])
    assert apply_temperature_topk(logits, 1.0, 2)[0].tolist() == [-torch.inf] * 4 + [
        3.0,
        2.0,
    ]  # PAD and BOS are never sampled
    assert apply_temperature_topk(logits, 0.5, 0)[0].tolist() == [-torch.inf, 0.0, -torch.inf, 2.0, 6.0, 4.0]
    assert torch.equal(apply_temperature_topk(logits, 1.0, 0), logits)


@pytest.mark.parametrize(
    ("schedule", "progress", "expected"),
    [
        ("constant", 0.1, 0.995),
        ("increasing", 1.0, 0.995),
        ("increasing", 1e-9, 0.0),
        ("increasing", 0.5, 1 - 200**-0.5),
    ],
)
def test_the_fraction_of_samples_by_hand(schedule, progress, expected):
    options = mixed.Options(on_policy_fraction=0.995, schedule=schedule)
    assert mixed.share(options, progress) == pytest.approx(expected, abs=1e-6)


def test_batches_or_single_sentences_are_replaced(model):
    by_batch, by_sentence = mixed.Options(), mixed.Options(per="sentence")
    torch.manual_seed(0)
    kinds = {"batch": set(), "sentence": set()}
    for _ in range(40):
        for name, options in (("batch", by_batch), ("sentence", by_sentence)):
            (pair,) = mixed.pairs(context(model), options)
            unchanged = [row[row != PAD].tolist() == [*ids, EOS] for row, ids in zip(pair.target, TARGETS, strict=True)]
            kinds[name].add(sum(unchanged))
            assert torch.equal(pair.src, batch().src)
    assert kinds["batch"] == {0, 3}
    assert {1, 2} <= kinds["sentence"]


def test_rows_are_replaced_by_samples():
    samples = Batch(torch.zeros(1, 1), torch.tensor([[BOS, 9]]), torch.tensor([[9, EOS]]))
    merged = mixed.replace_rows(batch(), torch.tensor([1]), samples)
    assert merged.prefix.tolist() == [[BOS, 4, 5, PAD, PAD], [BOS, 9, PAD, PAD, PAD], [BOS, 10, PAD, PAD, PAD]]
    assert merged.target.tolist() == [[4, 5, EOS, PAD, PAD], [9, EOS, PAD, PAD, PAD], [10, EOS, PAD, PAD, PAD]]
