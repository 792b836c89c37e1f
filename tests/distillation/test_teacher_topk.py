"""The stored teacher against the teacher itself, and resuming after a kill."""

import numpy as np
import pytest
import torch

from seqkd.data.dataset import Dataset
from seqkd.distillation import cache_teacher_topk
from seqkd.distillation.teacher_topk import NAMES, StoredTeacher
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.utils.errors import UserError
from seqkd.utils.files import sha256

SIZES = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
VOCABULARY = 40


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("teacher")
    model = checkpoint.build(SIZES, VOCABULARY, VOCABULARY)
    for parameter in model.parameters():  # else the distribution is almost uniform, the top k rounding
        parameter.data.mul_(2)
    checkpoint.save(model, SIZES, (VOCABULARY, VOCABULARY), folder)
    return folder


def make(toy, teacher, folder, k=5):
    return cache_teacher_topk.cache_teacher_topk(
        k=k, model=teacher, targets=toy.tokenizer / "train", precision="float32", folder=folder,
        state=folder.with_name(folder.name + ".state"), shard=7,
    )  # fmt: skip


@pytest.mark.parametrize("k", [5, VOCABULARY, 100])
def test_every_position_has_the_teachers_top_k(toy, teacher, tmp_path, k):
    facts = make(toy, teacher, tmp_path / "a", k)
    dataset, network = Dataset(toy.tokenizer / "train"), checkpoint.load(teacher)
    kept = min(k, VOCABULARY)
    assert facts["positions"] == int(dataset.tgt.lengths.sum()) + len(dataset)
    assert facts["k"] == kept and facts["bytes_per_position"] == 6 * kept + 4
    sentences = np.array([30, 2, 17])
    stored = StoredTeacher(tmp_path / "a", dataset).top(sentences)
    with torch.no_grad():
        expected = cache_teacher_topk.teacher_topk(network, dataset, sentences, kept)
    assert torch.equal(stored.ids, expected.ids)
    torch.testing.assert_close(stored.log_probs, expected.log_probs, rtol=0, atol=1e-6)
    torch.testing.assert_close(stored.p.sum(1) + stored.tail_mass, torch.ones(len(stored.tail_mass)), rtol=0, atol=1e-6)
    assert bool((stored.tail_mass == 0).all()) == (kept == VOCABULARY)


def test_a_killed_job_resumes_to_the_same_bytes(toy, teacher, tmp_path, monkeypatch):
    make(toy, teacher, tmp_path / "uninterrupted")
    calls, shard = [], cache_teacher_topk._shard

    def interrupted(*arguments):
        if len(calls) == 3:
            raise KeyboardInterrupt
        calls.append(arguments)
        return shard(*arguments)

    monkeypatch.setattr(cache_teacher_topk, "_shard", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make(toy, teacher, tmp_path / "cut")
    (tmp_path / "cut.state/00001.safetensors").write_bytes(b"half")
    monkeypatch.setattr(cache_teacher_topk, "_shard", lambda *arguments: calls.append(arguments) or shard(*arguments))
    make(toy, teacher, tmp_path / "cut")
    assert len(calls) == 3 + 4  # six shards in all, the damaged one twice
    for name in NAMES:
        assert sha256(tmp_path / "cut" / f"{name}.npy") == sha256(tmp_path / "uninterrupted" / f"{name}.npy")


def test_a_teacher_stored_for_other_targets_is_refused(toy, teacher, tmp_path):
    make(toy, teacher, tmp_path / "a")
    with pytest.raises(UserError, match=r"a: \d+ positions are stored, but the targets have \d+\. Delete"):
        StoredTeacher(tmp_path / "a", Dataset(toy.tokenizer / "dev"))
