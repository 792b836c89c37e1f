"""The stored teacher against the teacher itself, and after a kill."""

import numpy as np
import pytest
import torch

from seqkd.batches.dataset import Dataset
from seqkd.errors import UserError
from seqkd.files import sha256
from seqkd.models import store
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.teacher import storing
from seqkd.teacher.reading import NAMES, StoredTeacher

SIZES = TransformerSettings(dim=16, ffn=32, heads=2, encoder_layers=1, decoder_layers=1)
WORDS = 40


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("teacher")
    model = store.build(SIZES, WORDS, WORDS)
    for parameter in model.parameters():  # untrained it would be almost even, and its best words a matter of rounding
        parameter.data.mul_(2)
    store.save(model, SIZES, (WORDS, WORDS), folder)
    return folder


def make(toy, teacher, folder, k=5):
    return storing.store_teacher(
        k=k, model=teacher, targets=toy.tokenizer / "train", precision="float32", folder=folder,
        state=folder.with_name(folder.name + ".state"), shard=7,
    )  # fmt: skip


@pytest.mark.parametrize("k", [5, WORDS, 100])
def test_every_position_has_the_teachers_words(toy, teacher, tmp_path, k):
    facts = make(toy, teacher, tmp_path / "a", k)
    dataset, network = Dataset(toy.tokenizer / "train"), store.load(teacher)
    kept = min(k, WORDS)
    assert facts["positions"] == int(dataset.tgt.lengths.sum()) + len(dataset)
    assert facts["k"] == kept and facts["bytes_per_position"] == 6 * kept + 4
    sentences = np.array([30, 2, 17])
    found = StoredTeacher(tmp_path / "a", dataset).top(sentences)
    with torch.no_grad():
        expected = storing.best(network, dataset, sentences, kept)
    assert torch.equal(found.ids, expected.ids)
    torch.testing.assert_close(found.log_probs, expected.log_probs, rtol=0, atol=1e-6)
    torch.testing.assert_close(found.p.sum(1) + found.rest, torch.ones(len(found.rest)), rtol=0, atol=1e-6)
    assert bool((found.rest == 0).all()) == (kept == WORDS)


def test_a_killed_job_goes_on_to_the_same_bytes(toy, teacher, tmp_path, monkeypatch):
    make(toy, teacher, tmp_path / "whole")
    made, once = [], storing._shard

    def dies(*arguments):
        if len(made) == 3:
            raise KeyboardInterrupt
        made.append(arguments)
        return once(*arguments)

    monkeypatch.setattr(storing, "_shard", dies)
    with pytest.raises(KeyboardInterrupt):
        make(toy, teacher, tmp_path / "cut")
    (tmp_path / "cut.state/00001.safetensors").write_bytes(b"half")
    monkeypatch.setattr(storing, "_shard", lambda *arguments: made.append(arguments) or once(*arguments))
    make(toy, teacher, tmp_path / "cut")
    assert len(made) == 3 + 4  # six shards in all, the damaged one twice
    for name in NAMES:
        assert sha256(tmp_path / "cut" / f"{name}.npy") == sha256(tmp_path / "whole" / f"{name}.npy")


def test_what_was_stored_for_other_targets_is_refused(toy, teacher, tmp_path):
    make(toy, teacher, tmp_path / "a")
    with pytest.raises(UserError, match=r"a: \d+ positions are stored, but the targets have \d+\. Delete"):
        StoredTeacher(tmp_path / "a", Dataset(toy.tokenizer / "dev"))
