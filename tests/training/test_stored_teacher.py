"""A teacher read from disk in the place of one that runs beside the student."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from test_run import distribution, divergence, same, train

from seqkd.batches.batches import collate
from seqkd.batches.dataset import PAD, Dataset
from seqkd.losses.positions import Positions
from seqkd.models import store
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.teacher.reading import StoredTeacher
from seqkd.teacher.storing import cut, store_teacher
from seqkd.teacher.topk import cross_entropy
from seqkd.training.passes import Passes

SIZES = TransformerSettings(dim=16, ffn=32, heads=2, encoder_layers=1, decoder_layers=1)
WORDS = 40
BOTH = {"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}


def make(toy, teacher, folder, k):
    targets, state = toy.tokenizer / "train", folder.with_name(folder.name + ".state")
    store_teacher(k=k, model=teacher, targets=targets, precision="float32", folder=folder, state=state)


@pytest.fixture(scope="module")
def teacher(toy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("teacher")
    train(toy, folder / "teacher", updates=120)
    return folder / "teacher"


@pytest.mark.parametrize("name", ["word-kd", "kl"])
def test_with_all_words_an_update_is_that_with_the_teacher_online(toy, teacher, tmp_path, name):
    make(toy, teacher, tmp_path / "all", WORDS)
    torch.manual_seed(1)
    dataset, student = Dataset(toy.tokenizer / "train"), store.build(SIZES, WORDS, WORDS).eval()
    stored, online = StoredTeacher(tmp_path / "all", dataset), store.load(teacher)
    batch, loss = collate(dataset, np.array([11, 3, 38, 0])), {"nll": {"weight": 0.5}, name: {"weight": 0.5}}
    found = []
    for passes in (Passes(loss, student, online, 0.1), Passes(loss, student, None, 0.1, stored)):
        student.zero_grad()
        value = passes.loss(batch, 1.0)
        value.backward()
        found.append((value.item(), [one.grad.clone() for one in student.parameters()]))
    (expected, gradients), (value, others) = found
    assert value == pytest.approx(expected, rel=1e-6)
    for one, other in zip(gradients, others, strict=True):
        torch.testing.assert_close(other, one, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("k", [1, 4])
def test_with_few_words_it_is_the_plain_loss_whatever_the_chunk(toy, teacher, tmp_path, monkeypatch, k):
    make(toy, teacher, tmp_path / "top", k)
    torch.manual_seed(1)
    dataset, student = Dataset(toy.tokenizer / "train"), store.build(SIZES, WORDS, WORDS).eval()
    batch, known = collate(dataset, np.array([11, 3, 38, 0])), store.load(teacher)
    real = batch.target != PAD
    own, its = ((one(batch.src, batch.prefix) @ one.output_weight.T)[real].detach() for one in (student, known))
    plain = cross_entropy(Positions(own, batch.target[real], cut(its.log_softmax(-1), k)))
    monkeypatch.setattr("seqkd.training.projection.CHUNK", 5)
    loss = {"word-kd": {"weight": 1.0}}
    found = Passes(loss, student, None, 0.0, StoredTeacher(tmp_path / "top", dataset)).loss(batch, 1.0)
    assert found.item() == pytest.approx(float(plain) / int(real.sum()), rel=1e-5)


def test_a_training_with_all_words_ends_where_the_one_online_ends(toy, teacher, tmp_path):
    make(toy, teacher, tmp_path / "all", WORDS)
    common = {"seed": 2, "updates": 20, "evaluations": 1}
    common = {"seed": 2, "updates": 20, "evaluations": 1}
    train(toy, tmp_path / "online", loss=BOTH, teacher=teacher, **common)
    train(toy, tmp_path / "stored", loss=BOTH, stored=tmp_path / "all", **common)
    train(toy, tmp_path / "nll", **common)
    # Not weights: those of which the gradient is nothing but rounding are moved by Adam all the same.
    online, stored, other = (distribution(toy, tmp_path / name) for name in ("online", "stored", "nll"))
    assert divergence(online, stored) < 1e-6 < 1e-3 < divergence(online, other)


def test_a_training_from_few_words_is_repeatable_and_learns_from_them(toy, teacher, tmp_path):
    make(toy, teacher, tmp_path / "top", 4)
    common = {"loss": {"word-kd": {"weight": 1.0}}, "stored": tmp_path / "top", "seed": 2, "updates": 60}
    one, two = (train(toy, tmp_path / name, **common)[1] for name in "ab")
    assert same(one, two)
    expected = distribution(toy, teacher)
    train(toy, tmp_path / "start", updates=1, seed=2)
    before, after = (divergence(expected, distribution(toy, tmp_path / name)) for name in ("start", "a"))
    assert after < 0.5 * before


def test_prefixes_of_the_students_own_are_not_served():
    """Config checks refuse them; a mistake there must not pass as a result."""
    batch = SimpleNamespace(sentences=None)
    passes = Passes(BOTH, store.build(SIZES, WORDS, WORDS), None, 0.0, stored=object())
    with pytest.raises(AssertionError, match="targets of its dataset alone"):
        passes._known(batch, torch.ones(1, 1), None)
