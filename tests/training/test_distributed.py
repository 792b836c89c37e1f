"""A training in several processes, or in microbatches when out of memory, equals that of a single process.

Compared are the losses of all updates, the gradient norms and the predictions of the trained models. (Weights cannot be
compared: Adam divides by the size of the gradient, so a bias whose gradient is only rounding error moves at random.)
"""

import json
from pathlib import Path

import pytest
import torch
from several import limited_memory, run_case, run_distributed
from test_trainer import distribution, train

from seqkd.distillation.cache_teacher_topk import cache_teacher_topk
from seqkd.models import checkpoint
from seqkd.training.distributed import ProcessGroup
from seqkd.utils.errors import UserError

LOSSES = 2e-4
"""Tolerance of the loss at every update; losses are between 1 and 5."""
LOG_PROBS = 5e-3
"""Tolerance of the log-probabilities of the trained models."""

SELECTIVE = {"imitkd": {"weight": 1.0}, "gkd": {"weight": 1.0, "per": "sentence"}, "selective-kd": {"weight": 1.0}}
CASES: dict[str, dict] = {
    "dropout": {},
    "lstm": {"model": "lstm"},
    "own-padding": {"batch_tokens": 40, "clip_norm": 0.0},
    "one-sentence": {"batch_tokens": 16, "updates": 40},
    "word-kd": {"loss": {"word-kd": {"weight": 0.5}, "nll": {"weight": 0.5}}, "label_smoothing": 0.1},
    "samples": {"loss": {"rkl": {"weight": 1.0}, "nll": {"weight": 1.0}}},
    "argmax": {"loss": {"tie-kd": {"weight": 0.5}, "nll": {"weight": 0.5}}, "model": "lstm"},
    "whole-sentences": {"loss": {"js": {"weight": 1.0, "mixture": "exact"}}},
    "memory-and-layers": {
        "loss": {
            "selective-kd": {"weight": 1.0, "queue": 150},
            "hidden-states": {"weight": 1.0},
            "nll": {"weight": 1.0},
        }
    },
    "survey-and-mixed": {"loss": SELECTIVE},
    "stored": {"loss": {"word-kd": {"weight": 1.0}}},
    "pruned": {"keep_pruned": True, "weight_decay": 0.1},
}


@pytest.fixture(scope="module")
def root(toy, tmp_path_factory) -> Path:
    """A teacher, a pruned teacher and a stored teacher."""
    from seqkd.distillation.pruning import prune_model

    folder = tmp_path_factory.mktemp("several")
    train(toy, folder / "teacher", updates=20)
    prune_model(sparsity=0.6, model=folder / "teacher", folder=folder / "pruned")
    train_data = {"targets": toy.tokenizer / "train", "precision": "float32"}
    cache_teacher_topk(k=6, model=folder / "teacher", folder=folder / "stored", state=folder / "s", **train_data)
    return folder


def arguments(name: str, root: Path, folder: str, **changes) -> dict:
    """The arguments of a training."""
    case = {"folder": root / folder, "seed": 2, "updates": 24, "learning_rate": 0.004} | CASES[name] | changes
    case |= {"teacher": root / "teacher"} if "loss" in case and name != "stored" else {}
    case |= {"stored": root / "stored"} if name == "stored" else {}
    return case | ({"start": root / "pruned"} if name == "pruned" else {})


HALF = 13
RESUMED = ("dropout", "argmax", "memory-and-layers")
LIMITED = ("dropout", "lstm", "samples", "argmax", "whole-sentences", "survey-and-mixed", "memory-and-layers", "stored")


@pytest.fixture(scope="module")
def double(toy, root) -> Path:
    """All trainings in two processes: complete, resumed from a single process, interrupted, with limited memory."""
    cases = [arguments(name, root, f"double/{name}") for name in CASES]
    for name in RESUMED:
        run_case(toy, arguments(name, root, f"double/{name}-resumed", stop_at=HALF), ProcessGroup())
        cases.append(arguments(name, root, f"double/{name}-resumed"))
        cases.append(arguments(name, root, f"double/{name}-half", stop_at=HALF))
    cases += [arguments(name, root, f"double/{name}-limited", memory={"1": 3}) for name in LIMITED]
    run_distributed(toy, cases, root / "double")
    return root / "double"


@pytest.fixture(scope="module")
def single(toy, root) -> Path:
    """All trainings in a single process."""
    for name in CASES:
        run_case(toy, arguments(name, root, f"single/{name}"), ProcessGroup())
    return root / "single"


def rows(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def assert_same(toy, expected: Path, actual: Path) -> None:
    expected_rows, actual_rows = rows(expected), rows(actual)
    assert [row.keys() for row in expected_rows] == [row.keys() for row in actual_rows]
    for a, b in zip(expected_rows, actual_rows, strict=True):
        counts = a.keys() & {"update", "epoch", "tokens"}
        assert {key: a[key] for key in counts} == {key: b[key] for key in counts}
        if "loss" in a:
            assert b["loss"] == pytest.approx(a["loss"], abs=LOSSES), a["update"]
            assert b["gradient_norm"] == pytest.approx(a["gradient_norm"], rel=5e-3), a["update"]
    difference = distribution(toy, expected) - distribution(toy, actual)
    assert float(difference.abs().max()) < LOG_PROBS


@pytest.mark.parametrize("name", CASES)
def test_two_processes_train_like_one(toy, single, double, name):
    assert_same(toy, single / name, double / name)


def test_three_processes_with_fewer_sentences_than_processes(toy, root):
    """ProcessGroup without a sentence neither count nor block the others."""
    names = ("one-sentence", "samples", "survey-and-mixed")
    changes = {"batch_tokens": 16, "updates": 24}
    cases = [arguments(name, root, f"triple/{name}", **changes) for name in names]
    run_distributed(toy, cases, root / "triple", count=3)
    for name in names:
        run_case(toy, arguments(name, root, f"triple/{name}-single", **changes), ProcessGroup())
        assert_same(toy, root / f"triple/{name}-single", root / f"triple/{name}")


@pytest.mark.parametrize("name", RESUMED)
def test_it_resumes_with_another_number_of_processes(toy, single, double, root, name):
    assert_same(toy, single / name, double / f"{name}-resumed")
    run_case(toy, arguments(name, root, f"double/{name}-half"), ProcessGroup())
    assert_same(toy, single / name, double / f"{name}-half")


@pytest.mark.parametrize("name", LIMITED)
def test_a_process_out_of_memory_does_not_affect_the_other(toy, single, double, name):
    """Process 1 computes its share in microbatches without repeating the collectives before it ran out of memory."""
    assert int((double / f"{name}-limited" / "failed-1").read_text()) > 0
    assert not (double / f"{name}-limited" / "failed-0").exists()
    assert_same(toy, single / name, double / f"{name}-limited")


@pytest.mark.parametrize("name", LIMITED)
@pytest.mark.parametrize("max_rows", [6, 1])
def test_in_microbatches_it_is_the_same(toy, single, root, name, max_rows):
    folder = f"microbatches/{name}-{max_rows}"
    run_case(toy, arguments(name, root, folder, memory={"0": max_rows}), ProcessGroup())
    assert int((root / folder / "failed-0").read_text()) > 0
    assert_same(toy, single / name, root / folder)


def test_a_single_sentence_too_large_for_memory_is_reported(toy, tmp_path):
    with limited_memory(0), pytest.raises(UserError, match="Out of memory with a single sentence"):
        train(toy, tmp_path / "a")


def test_a_single_process_uses_no_collectives(toy, tmp_path, monkeypatch):
    """It never calls torch.distributed."""
    monkeypatch.setattr("seqkd.training.distributed.distributed", None)
    train(toy, tmp_path / "a", updates=3)


def test_every_tensor_is_created_with_its_device(toy, root, tmp_path, monkeypatch):
    """Tensors created without a device are meta tensors here, which cannot be used. Exceptions: new models, which are
    moved to their device, and weights that safetensors reads."""

    def on_cpu(function):
        def wrapped(*args, **kwargs):
            with torch.device("cpu"):
                return function(*args, **kwargs)

        return wrapped

    for name in ("build", "load_weights"):
        monkeypatch.setattr(checkpoint, name, on_cpu(getattr(checkpoint, name)))
    for name in CASES:
        with torch.device("meta"):
            run_case(toy, arguments(name, root, tmp_path / name, updates=3), ProcessGroup())
