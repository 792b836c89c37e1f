"""One training in several processes, and in parts for want of memory, is the training of one process.

Held together are the losses of all updates, the gradient's norm, and what the trained models predict. (Weights alone
would not do: Adam divides by the gradient's size, so a bias whose gradient is nothing but rounding moves at random.)
"""

import json
from pathlib import Path

import pytest
import torch
from several import do, run_together, short_of_memory
from test_run import distribution, train

from seqkd.errors import UserError
from seqkd.models import store
from seqkd.teacher.storing import store_teacher
from seqkd.training.processes import Processes

LOSSES = 2e-4
"""Most that a loss may differ by at any update, of losses between 1 and 5."""
LOG_PROBS = 5e-3
"""Most that a log-probability of the trained models may differ by."""

SELECTIVE = {"imitkd": {"weight": 1.0}, "gkd": {"weight": 1.0, "unit": "sentence"}, "selective-kd": {"weight": 1.0}}
CASES: dict[str, dict] = {
    "dropout": {},
    "lstm": {"model": "lstm"},
    "own-padding": {"batch_tokens": 40, "clip": 0.0},
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
    "pruned": {"keep_zeros": True, "weight_decay": 0.1},
}


@pytest.fixture(scope="module")
def place(toy, tmp_path_factory) -> Path:
    """A teacher, one with most weights at zero, and the teacher stored."""
    from seqkd.pruning.magnitude import prune_model

    folder = tmp_path_factory.mktemp("several")
    train(toy, folder / "teacher", updates=20)
    prune_model(sparsity=0.6, model=folder / "teacher", folder=folder / "pruned")
    train_data = {"targets": toy.tokenizer / "train", "precision": "float32"}
    store_teacher(k=6, model=folder / "teacher", folder=folder / "stored", state=folder / "s", **train_data)
    return folder


def told(name: str, place: Path, folder: str, **changes) -> dict:
    """What is told to a training."""
    case = {"folder": place / folder, "seed": 2, "updates": 24, "learning_rate": 0.004} | CASES[name] | changes
    case |= {"teacher": place / "teacher"} if "loss" in case and name != "stored" else {}
    case |= {"stored": place / "stored"} if name == "stored" else {}
    return case | ({"start": place / "pruned"} if name == "pruned" else {})


HALF = 13
RESUMED = ("dropout", "argmax", "memory-and-layers")
SHORT = ("dropout", "lstm", "samples", "argmax", "whole-sentences", "survey-and-mixed", "memory-and-layers", "stored")


@pytest.fixture(scope="module")
def two(toy, place) -> Path:
    """All trainings in two processes; some from a state of one process, some ended half-way, some short of memory."""
    cases = [told(name, place, f"two/{name}") for name in CASES]
    for name in RESUMED:
        do(toy, told(name, place, f"two/{name}-resumed", stop_at=HALF), Processes())
        cases.append(told(name, place, f"two/{name}-resumed"))
        cases.append(told(name, place, f"two/{name}-half", stop_at=HALF))
    cases += [told(name, place, f"two/{name}-short", memory={"1": 3}) for name in SHORT]
    run_together(toy, cases, place / "two")
    return place / "two"


@pytest.fixture(scope="module")
def one(toy, place) -> Path:
    """The same in one process."""
    for name in CASES:
        do(toy, told(name, place, f"one/{name}"), Processes())
    return place / "one"


def rows(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def assert_same(toy, one: Path, two: Path) -> None:
    first, second = rows(one), rows(two)
    assert [row.keys() for row in first] == [row.keys() for row in second]
    for a, b in zip(first, second, strict=True):
        assert {key: a[key] for key in a.keys() & {"update", "epoch", "tokens"}} == {
            key: b[key] for key in b.keys() & {"update", "epoch", "tokens"}
        }
        if "loss" in a:
            assert b["loss"] == pytest.approx(a["loss"], abs=LOSSES), a["update"]
            assert b["gradient_norm"] == pytest.approx(a["gradient_norm"], rel=5e-3), a["update"]
    apart = distribution(toy, one) - distribution(toy, two)
    assert float(apart.abs().max()) < LOG_PROBS


@pytest.mark.parametrize("name", CASES)
def test_two_processes_do_what_one_does(toy, one, two, name):
    assert_same(toy, one / name, two / name)


def test_three_processes_with_fewer_sentences_than_processes(toy, one, place):
    """Some have no sentence of their own and must neither count nor stand in the way."""
    names = ("one-sentence", "samples", "survey-and-mixed")
    changes = {"batch_tokens": 16, "updates": 24}
    run_together(toy, [told(name, place, f"three/{name}", **changes) for name in names], place / "three", count=3)
    for name in names:
        do(toy, told(name, place, f"three/{name}-one", **changes), Processes())
        assert_same(toy, place / f"three/{name}-one", place / f"three/{name}")


@pytest.mark.parametrize("name", RESUMED)
def test_it_goes_on_with_another_number_of_processes(toy, one, two, place, name):
    assert_same(toy, one / name, two / f"{name}-resumed")
    do(toy, told(name, place, f"two/{name}-half"), Processes())
    assert_same(toy, one / name, two / f"{name}-half")


@pytest.mark.parametrize("name", SHORT)
def test_one_process_short_of_memory_does_not_disturb_the_other(toy, one, two, name):
    """Process 1 computes its share in parts, and does not say again what it has said before it ran out of memory."""
    assert int((two / f"{name}-short" / "failed-1").read_text()) > 0
    assert not (two / f"{name}-short" / "failed-0").exists()
    assert_same(toy, one / name, two / f"{name}-short")


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("most", [6, 1])
def test_in_parts_for_want_of_memory_it_is_the_same(toy, one, place, name, most):
    folder = f"parts/{name}-{most}"
    do(toy, told(name, place, folder, memory={"0": most}), Processes())
    assert int((place / folder / "failed-0").read_text()) > 0
    assert_same(toy, one / name, place / folder)


def test_a_single_sentence_too_large_for_memory_is_told(toy, tmp_path):
    with short_of_memory(0), pytest.raises(UserError, match="Out of memory with a single sentence"):
        train(toy, tmp_path / "a")


def test_alone_nothing_is_said(toy, tmp_path, monkeypatch):
    """One process asks nothing of torch.distributed."""
    monkeypatch.setattr("seqkd.training.processes.distributed", None)
    train(toy, tmp_path / "a", updates=3)


def test_no_tensor_is_made_without_its_device(toy, place, tmp_path, monkeypatch):
    """Whatever is made without saying where is made on another device here, where it could not be used; but for new
    models, which are moved to their device, and the weights in a file, which safetensors reads."""

    def on_the_processor(function):
        def wrapped(*arguments, **named):
            with torch.device("cpu"):
                return function(*arguments, **named)

        return wrapped

    for name in ("build", "load_weights"):
        monkeypatch.setattr(store, name, on_the_processor(getattr(store, name)))
    for name in CASES:
        with torch.device("meta"):
            do(toy, told(name, place, tmp_path / name, updates=3), Processes())
