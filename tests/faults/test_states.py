"""What a killed job left for the next one, damaged or written by another version; and trainings whose loss explodes."""

import logging
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from test_artefacts import DAMAGES
from workflow_place import Place

from seqkd.decoding.settings import LengthLimits
from seqkd.distillation.cache_teacher_topk import cache_teacher_topk
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.pipeline.jobs.state import abandoned, create
from seqkd.training import trainer
from seqkd.training.checkpoint import NAME, load_state
from seqkd.training.settings import TrainingSettings
from seqkd.training.train_step import TrainStep
from seqkd.utils.errors import UserError

MODEL = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1, dropout=0.1)
SETTINGS = {"updates": 12, "batch_tokens": 128, "learning_rate": 0.01, "warmup_updates": 4, "num_evaluations": 2}


@pytest.fixture(autouse=True)
def saved_at_every_update(monkeypatch) -> None:
    monkeypatch.setattr(trainer, "SAVE_SECONDS", -1.0)


@pytest.fixture
def train(toy, tmp_path: Path) -> Callable[..., bytes]:
    """A small training; its state stays in ``state``."""

    def train(**changes: Any) -> bytes:
        trainer.train_model(
            model=MODEL,
            training=TrainingSettings(**SETTINGS | {"precision": "float32"} | changes),
            loss={"nll": {"weight": 1.0}},
            seed=1,
            tokenizer=toy.tokenizer,
            targets=toy.tokenizer / "train",
            corpus=toy.corpus,
            bleu_tokenize="13a",
            limits=LengthLimits(),
            teacher=None,
            start=None,
            keep_pruned=False,
            folder=tmp_path / "model",
            state=tmp_path / "state",
        )
        return (tmp_path / "model/model.safetensors").read_bytes()

    return train


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / NAME


def of_an_older_version(state: Path) -> None:
    """As this project wrote it before states had a checksum."""
    with safe_open(state, "pt") as stored:
        known = stored.metadata()
    save_file(load_file(state), state, {"state": known["state"]})


@pytest.mark.parametrize("damage", [*DAMAGES, "of an older version"])
def test_a_damaged_state_is_not_gone_on_from(train, state: Path, damage: str, caplog) -> None:
    caplog.set_level(logging.INFO)
    expected = train()
    assert train() == expected and "resuming from update 12" in caplog.text
    caplog.clear()
    if damage in DAMAGES:
        state.write_bytes(DAMAGES[damage](state.read_bytes(), random.Random(damage)))
    else:
        of_an_older_version(state)
    assert train() == expected
    assert "training.safetensors: the saved state cannot be used (" in caplog.text
    assert "training starts from scratch" in caplog.text
    assert ("written by another version" in caplog.text) == (damage == "of an older version")
    assert "resuming" not in caplog.text


def test_any_flipped_bit_of_a_state_is_noticed(train, state: Path) -> None:
    train()
    content, generator = state.read_bytes(), random.Random(1)
    for _ in range(100):
        state.write_bytes(DAMAGES["bit-flipped"](content, generator))
        assert load_state(state.parent) is None
    state.write_bytes(content)
    assert load_state(state.parent) is not None


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_shard_of_a_stored_teacher_is_made_again(toy, tmp_path: Path, damage: str) -> None:
    torch.manual_seed(0)
    checkpoint.save(checkpoint.build(MODEL, 40, 40), MODEL, (40, 40), tmp_path / "teacher")

    def stored() -> list[bytes]:
        where = {"model": tmp_path / "teacher", "targets": toy.tokenizer / "train"}
        cache_teacher_topk(k=4, precision="float32", folder=tmp_path, state=tmp_path / "state", shard=15, **where)
        return [(tmp_path / f"{name}.npy").read_bytes() for name in ("ids", "log_probs", "rest")]

    expected = stored()
    shard = tmp_path / "state" / "00001.safetensors"
    shard.write_bytes(DAMAGES[damage](shard.read_bytes(), random.Random(damage)))
    assert stored() == expected
    assert np.load(tmp_path / "ids.npy").shape[1] == 4


def test_a_state_of_other_settings_or_code_is_told_and_not_used(tmp_path: Path) -> None:
    manifest = Path("results/students/one/1/manifest.json")
    provenance: dict[str, Any] = {"settings": {"seed": 1}, "code": "a", "upstream": {}}
    for name in ("old", "other", "empty"):
        create(tmp_path / name, Path("results/x/manifest.json") if name == "other" else manifest, provenance)
    (tmp_path / "old" / NAME).write_bytes(b"weights")
    (tmp_path / "other" / NAME).write_bytes(b"weights")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign/job.json").write_text("[]")
    now = {"settings": {"seed": 2}, "code": "b", "upstream": {}}
    assert list(abandoned(tmp_path, manifest, now)) == [(tmp_path / "old", "seed: 1 -> 2, its code")]
    assert list(abandoned(tmp_path, manifest, provenance | {"upstream": {"corpus": "x"}})) == [
        (tmp_path / "old", "a step before it")
    ]


def broken(monkeypatch, update: int, value: float) -> None:
    """The loss of one update is ``value``."""
    loss, count = TrainStep.loss, iter(range(1, 1000))

    def instead(self, batch, progress):
        found = loss(self, batch, progress)
        return found * value if next(count) == update else found

    monkeypatch.setattr(TrainStep, "loss", instead)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e4])
def test_a_loss_that_is_no_number_or_explodes_stops_and_keeps_the_last_state(train, state, monkeypatch, value) -> None:
    with monkeypatch.context() as patched:
        broken(patched, 6, value)
        with pytest.raises(UserError) as told:
            train()
    assert "training stopped at update 6: loss " in str(told.value)
    assert "The last good state, of update 5, is kept. Try a smaller learning_rate" in str(told.value)
    kept = load_state(state.parent)
    assert kept is not None and kept.update == 5
    assert all(bool(tensor.isfinite().all()) for tensor in kept.tensors.values())
    resumed = train()
    for file in state.parent.iterdir():
        file.unlink()
    assert resumed == train()


def test_before_any_state_it_says_so(train, monkeypatch) -> None:
    broken(monkeypatch, 1, float("nan"))
    with pytest.raises(UserError, match=r"stopped at update 1: loss nan.* No state had been saved yet\. Try"):
        train()


def test_weights_that_are_no_numbers_are_never_saved(train, state, monkeypatch) -> None:
    """One step can lead there from a loss that is still a number."""
    step, count = torch.optim.AdamW.step, iter(range(1, 1000))

    def instead(self):
        step(self)
        if next(count) == 6:
            self.param_groups[0]["params"][0].data[0] = float("inf")

    monkeypatch.setattr(torch.optim.AdamW, "step", instead)
    with pytest.raises(UserError, match=r"update 6: .*weights that are not finite\. The last good .* update 5,"):
        train()
    kept = load_state(state.parent)
    assert kept is not None and kept.update == 5
    monkeypatch.setattr(trainer, "SAVE_SECONDS", 60.0)
    for file in state.parent.iterdir():
        file.unlink()
    count = iter(range(1, 1000))
    with pytest.raises(UserError, match=r"update 6: .* No state had been saved yet"):
        train()  # measured at update 6, before anything was saved


def test_a_learning_rate_that_explodes_for_real(place: Place) -> None:
    """Of all that a config allows, the highest rate without warm-up and clipping, in a model that is wide enough."""
    wild = {"learning_rate": 1.0, "warmup_updates": 0, "clip_norm": 0, "updates": 100, "schedule": "constant"}
    place.edit_config(lambda config: config["models"]["small"].update(dim=128, ffn_dim=128))
    place.edit_config(lambda config: config["students"]["samples"].update(wild))
    done = place.snakemake("results/students/samples/1/manifest.json", "--cores", "1")
    assert done.returncode == 1
    told = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("train_student: ")]
    assert len(told) == 1 and "training stopped at update" in told[0] and "smaller learning_rate" in told[0]
    assert "Traceback" not in done.stdout + done.stderr
    assert not (place.results / "students/samples/1/model.safetensors").exists()
