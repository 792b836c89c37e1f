"""The trainer: learning, resuming after a kill, masks, initialisation, and divergence."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from seqkd.decoding.settings import LengthLimits
from seqkd.distillation.pruning import prune_model
from seqkd.models import checkpoint
from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training import trainer
from seqkd.training.schedule import learning_rate
from seqkd.training.settings import TrainingSettings
from seqkd.utils.errors import UserError

MODEL = TransformerSettings(dim=32, ffn_dim=64, heads=2, encoder_layers=1, decoder_layers=1, dropout=0.1)
LSTM = LstmSettings(architecture="lstm", layers=1, dim=48, dropout=0.1)
BOTH = pytest.mark.parametrize("model", [MODEL, LSTM], ids=lambda model: model.architecture)
TRAINING = {
    "updates": 24,
    "batch_tokens": 128,
    "learning_rate": 0.01,
    "warmup_updates": 10,
    "num_evaluations": 3,
    "precision": "float32",
}


def train(toy, folder: Path, loss=None, model=MODEL, **changes):
    optional = {name: changes.pop(name, None) for name in ("teacher", "start", "stored", "processes")}
    keep_zeros, seed = changes.pop("keep_pruned", False), changes.pop("seed", 1)
    stats = trainer.train_model(
        model=model,
        training=TrainingSettings(**TRAINING | changes),
        loss=loss or {"nll": {"weight": 1.0}},
        seed=seed,
        tokenizer=toy.tokenizer,
        targets=toy.tokenizer / "train",
        corpus=toy.corpus,
        bleu_tokenize="13a",
        limits=LengthLimits(),
        keep_pruned=keep_zeros,
        folder=folder,
        state=folder.with_name(folder.name + ".state"),
        **optional,
    )
    writes = optional["processes"] is None or optional["processes"].rank == 0
    return stats, load_file(folder / "model.safetensors") if writes else {}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize(
    ("model", "updates", "rate"), [(MODEL, 400, 0.006), (LSTM, 200, 0.01)], ids=["transformer", "lstm"]
)
def test_the_toy_language_is_learned(toy, tmp_path, model, updates, rate):
    model = model.model_copy(update={"dropout": 0.0})
    stats, _ = train(toy, tmp_path / "a", updates=updates, learning_rate=rate, model=model)
    assert stats["train_bleu"] > 95
    rows = [json.loads(line) for line in (tmp_path / "a/metrics.jsonl").read_text().splitlines()]
    assert sum("dev_bleu" in row for row in rows) == 3
    assert stats["dev_bleu"] == max(row["dev_bleu"] for row in rows if "dev_bleu" in row)


@BOTH
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_trainings_are_bitwise_reproducible(toy, tmp_path, precision, model):
    first, second = (train(toy, tmp_path / name, precision=precision, model=model)[1] for name in "ab")
    assert same(first, second)


def child(toy, folder: Path) -> subprocess.Popen:
    code = (
        "import sys, torch; torch.set_num_threads(1); sys.path[:0] = sys.argv[1:3]\n"
        "from pathlib import Path; from types import SimpleNamespace as N; import test_trainer\n"
        "tokenizer, corpus, folder = map(Path, sys.argv[3:])\n"
        "test_trainer.train(N(tokenizer=tokenizer, corpus=corpus), folder, updates=120)\n"
    )
    root = Path(trainer.__file__).parents[2]
    arguments = [root, Path(__file__).parent, toy.tokenizer, toy.corpus, folder]
    environment = os.environ | {"SEQKD_SAVE_SECONDS": "0", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], env=environment)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGUSR1])
def test_a_killed_training_resumes_to_the_same_weights(toy, tmp_path, number):
    _, expected = train(toy, tmp_path / "uninterrupted", updates=120)
    folder, state = tmp_path / "cut", tmp_path / "cut.state" / "training.safetensors"
    process = child(toy, folder)
    deadline = time.monotonic() + 60
    while not state.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(number)
    assert process.wait(60) == (-number if number == signal.SIGKILL else 128 + number)
    saved = trainer.load_state(state.parent)
    assert saved is not None and 0 < saved.update < 120
    assert not (folder / "model.safetensors").exists()
    _, resumed = train(toy, folder, updates=120)
    assert same(expected, resumed)
    assert (folder / "metrics.jsonl").read_bytes() == (tmp_path / "uninterrupted/metrics.jsonl").read_bytes()


def test_an_unreadable_state_is_ignored(toy, tmp_path):
    _, expected = train(toy, tmp_path / "a")
    (tmp_path / "b.state").mkdir()
    (tmp_path / "b.state" / "training.safetensors").write_bytes(b"half a file")
    assert same(expected, train(toy, tmp_path / "b")[1])


@BOTH
def test_a_pruned_model_stays_pruned(toy, tmp_path, model):
    train(toy, tmp_path / "a", model=model)
    pruned = prune_model(sparsity=0.6, model=tmp_path / "a", folder=tmp_path / "pruned")
    zeros = {name: weight == 0 for name, weight in load_file(tmp_path / "pruned/model.safetensors").items()}
    start = {"model": model, "start": tmp_path / "pruned"}
    _, retrained = train(toy, tmp_path / "b", keep_pruned=True, weight_decay=0.1, **start)
    assert all((retrained[name][zeros[name]] == 0).all() for name in zeros)
    assert sum(int((w != 0).sum()) for w in retrained.values()) <= pruned["nonzero_parameters"]
    assert not same(retrained, load_file(tmp_path / "pruned/model.safetensors"))
    _, free = train(toy, tmp_path / "c", **start)
    assert any((free[name][zeros[name]] != 0).any() for name in zeros)


@BOTH
@pytest.mark.parametrize("teacher_model", [MODEL, LSTM], ids=lambda model: model.architecture)
def test_word_kd_brings_the_student_closer_to_the_teacher(toy, tmp_path, model, teacher_model):
    """Training on the teacher's distribution brings a student closer to it than training on targets, for all pairs of
    architectures."""
    train(toy, tmp_path / "teacher", updates=120, model=teacher_model)
    common = {"updates": 120, "teacher": tmp_path / "teacher", "seed": 2, "model": model}
    train(toy, tmp_path / "nll", **common)
    train(toy, tmp_path / "kd", loss={"word-kd": {"weight": 1.0}}, **common)
    teacher, nll, kd = (distribution(toy, tmp_path / name) for name in ("teacher", "nll", "kd"))
    assert divergence(teacher, kd) < divergence(teacher, nll)


def distribution(toy, folder):
    from seqkd.data.batching import collate
    from seqkd.data.dataset import Dataset

    dataset = Dataset(toy.tokenizer / "dev")
    batch, model = collate(dataset, range(len(dataset))), checkpoint.load(folder)
    return (model(batch.src, batch.prefix) @ model.output_weight.T).log_softmax(-1)


def divergence(p, q):
    return float((p.exp() * (p - q)).sum(-1).mean())


def test_a_diverged_training_stops_with_the_update_and_a_hint(toy, tmp_path):
    train(toy, tmp_path / "a", updates=3)
    weights = load_file(tmp_path / "a/model.safetensors")
    weights["tgt_embedding"][5] = float("inf")
    from safetensors.torch import save_file

    save_file(weights, tmp_path / "a/model.safetensors")
    with pytest.raises(UserError, match=r"update 1: loss .* smaller learning_rate"):
        train(toy, tmp_path / "b", start=tmp_path / "a")


@pytest.mark.parametrize(
    ("schedule", "update", "expected"),
    [
        ("constant", 5, 0.5),
        ("constant", 50, 1.0),
        ("inverse-sqrt", 40, 0.5),
        ("linear", 55, 0.5),
        ("linear", 100, 0.0),
        ("cosine", 55, 0.5),
        ("cosine", 10, 1.0),
    ],
)
def test_learning_rates_by_hand(schedule, update, expected):
    settings = TrainingSettings(updates=100, warmup_updates=10, learning_rate=1.0, schedule=schedule)
    assert learning_rate(settings, update) == pytest.approx(expected)
