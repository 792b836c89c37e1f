"""A stored teacher instead of an online one."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from test_trainer import distribution, divergence, same, train

from seqkd.data.batching import collate
from seqkd.data.dataset import PAD, Dataset
from seqkd.distillation.cache_teacher_topk import cache_teacher_topk, cut
from seqkd.distillation.teacher_topk import StoredTeacher
from seqkd.losses.token_batch import TokenBatch
from seqkd.losses.topk import cross_entropy
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.train_step import TrainStep

SIZES = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
VOCABULARY = 40
BOTH = {"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}


def make(toy, teacher, folder, k):
    targets, state = toy.tokenizer / "train", folder.with_name(folder.name + ".state")
    cache_teacher_topk(k=k, model=teacher, targets=targets, precision="float32", folder=folder, state=state)


@pytest.fixture(scope="module")
def teacher(toy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("teacher")
    train(toy, folder / "teacher", updates=120)
    return folder / "teacher"


@pytest.mark.parametrize("name", ["word-kd", "kl"])
def test_with_the_whole_vocabulary_an_update_is_that_of_the_online_teacher(toy, teacher, tmp_path, name):
    make(toy, teacher, tmp_path / "all", VOCABULARY)
    torch.manual_seed(1)
    dataset, student = Dataset(toy.tokenizer / "train"), checkpoint.build(SIZES, VOCABULARY, VOCABULARY).eval()
    stored, online = StoredTeacher(tmp_path / "all", dataset), checkpoint.load(teacher)
    batch, loss = collate(dataset, np.array([11, 3, 38, 0])), {"nll": {"weight": 0.5}, name: {"weight": 0.5}}
    results = []
    for passes in (TrainStep(loss, student, online, 0.1), TrainStep(loss, student, None, 0.1, stored)):
        student.zero_grad()
        value = passes.loss(batch, 1.0)
        value.backward()
        results.append((value.item(), [parameter.grad.clone() for parameter in student.parameters()]))
    (expected_value, expected), (value, gradients) = results
    assert value == pytest.approx(expected_value, rel=1e-6)
    torch.testing.assert_close(gradients, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("k", [1, 4])
def test_with_few_tokens_it_is_the_plain_loss_for_any_chunk_size(toy, teacher, tmp_path, monkeypatch, k):
    make(toy, teacher, tmp_path / "top", k)
    torch.manual_seed(1)
    dataset, student = Dataset(toy.tokenizer / "train"), checkpoint.build(SIZES, VOCABULARY, VOCABULARY).eval()
    batch, models = collate(dataset, np.array([11, 3, 38, 0])), (student, checkpoint.load(teacher))
    real = batch.target != PAD
    student_logits, teacher_logits = (
        (model(batch.src, batch.prefix) @ model.output_weight.T)[real].detach() for model in models
    )
    plain = cross_entropy(TokenBatch(student_logits, batch.target[real], cut(teacher_logits.log_softmax(-1), k)))
    monkeypatch.setattr("seqkd.training.fused_loss.LOGITS_CHUNK", 5)
    loss = {"word-kd": {"weight": 1.0}}
    actual = TrainStep(loss, student, None, 0.0, StoredTeacher(tmp_path / "top", dataset)).loss(batch, 1.0)
    assert actual.item() == pytest.approx(float(plain) / int(real.sum()), rel=1e-5)


def test_a_training_with_the_whole_vocabulary_is_that_with_the_online_teacher(toy, teacher, tmp_path):
    make(toy, teacher, tmp_path / "all", VOCABULARY)
    common = {"seed": 2, "updates": 20, "num_evaluations": 1}
    train(toy, tmp_path / "online", loss=BOTH, teacher=teacher, **common)
    train(toy, tmp_path / "stored", loss=BOTH, stored=tmp_path / "all", **common)
    train(toy, tmp_path / "nll", **common)
    # Weights are not compared: Adam also moves those whose gradient is only rounding error.
    online, stored, nll = (distribution(toy, tmp_path / name) for name in ("online", "stored", "nll"))
    assert divergence(online, stored) < 1e-6 < 1e-3 < divergence(online, nll)


def test_a_training_on_few_tokens_is_reproducible_and_learns_from_them(toy, teacher, tmp_path):
    make(toy, teacher, tmp_path / "top", 4)
    common = {"loss": {"word-kd": {"weight": 1.0}}, "stored": tmp_path / "top", "seed": 2, "updates": 60}
    first, second = (train(toy, tmp_path / name, **common)[1] for name in "ab")
    assert same(first, second)
    expected = distribution(toy, teacher)
    train(toy, tmp_path / "start", updates=1, seed=2)
    before, after = (divergence(expected, distribution(toy, tmp_path / name)) for name in ("start", "a"))
    assert after < 0.5 * before


def test_student_prefixes_are_refused():
    """Config checks refuse them; an error there must not go unnoticed."""
    batch = SimpleNamespace(sentences=None)
    passes = TrainStep(BOTH, checkpoint.build(SIZES, VOCABULARY, VOCABULARY), None, 0.0, stored=object())
    with pytest.raises(AssertionError, match="only knows the targets of its dataset"):
        passes._teacher_at(batch, torch.ones(1, 1), None)
