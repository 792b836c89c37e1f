"""Model selection, and signals during an evaluation."""

import signal
from pathlib import Path

import numpy as np
import pytest
from test_trainer import train

from seqkd.data.batching import BatchStream
from seqkd.data.dataset import Dataset, write_ids
from seqkd.decoding.settings import LengthLimits
from seqkd.training import trainer
from seqkd.training.evaluation import DevScores, Evaluation
from seqkd.training.signals import StopRequested, catch_signals
from seqkd.utils.errors import UserError

SHORT, LONG = ["open file", "save"], ["the red cat sees the house", "the old dog calls"]


def best(toy, tmp_path: Path, monkeypatch, references: list[str], scores: list[tuple[float, float]]) -> int:
    """The best update of four evaluations with this BLEU and chrF."""
    remaining = iter([*scores, scores[-1]])  # the last one is for the training set
    monkeypatch.setattr(Evaluation, "measure", lambda self, model: DevScores(*next(remaining), 1.0, 0))
    evaluation = Evaluation([], references, None, "13a", LengthLimits())
    monkeypatch.setattr(trainer, "dev_evaluation", lambda *arguments: evaluation)
    stats, _ = train(toy, tmp_path / "a", updates=4, num_evaluations=4)
    return stats["best_update"]


@pytest.mark.parametrize(
    ("references", "scores", "update"),
    [
        (LONG, [(10.0, 50.0), (30.0, 40.0), (20.0, 60.0), (5.0, 70.0)], 2),
        (LONG, [(0.0, 50.0), (0.0, 70.0), (0.0, 60.0), (0.0, 10.0)], 2),
        (LONG, [(30.001, 50.0), (30.0, 50.0), (30.0, 40.0), (7.0, 10.0)], 2),
        (SHORT, [(9.8, 50.0), (35.6, 60.0), (0.0, 90.0), (0.0, 80.0)], 3),
        (SHORT, [(0.0, 50.0), (0.0, 50.0), (0.0, 50.0), (0.0, 50.0)], 4),
    ],
    ids=["BLEU", "BLEU 0.00 throughout", "a tie", "no 4-grams", "no 4-grams, a tie"],
)
def test_the_best_model_is_kept_the_latest_on_ties(toy, tmp_path, monkeypatch, references, scores, update):
    assert best(toy, tmp_path, monkeypatch, references, scores) == update


def test_the_log_says_that_bleu_is_undefined(toy, tmp_path, monkeypatch, caplog):
    with caplog.at_level("INFO"):
        best(toy, tmp_path, monkeypatch, SHORT, [(0.0, 50.0)] * 4)
    assert "dev set: the 2 references hold 0 sequences of four tokens, so BLEU is undefined" in caplog.text
    assert "update 4: dev chrF 50.00, BLEU undefined (0.00) (greedy)" in caplog.text


def test_where_no_tokenization_fits_chrf_selects_and_bleu_is_labelled():
    dev = Evaluation([], LONG, None, "char", LengthLimits(), is_fallback=True)
    assert dev.rank(90.0, 50.0) < dev.rank(10.0, 60.0)
    assert dev.words(DevScores(10.0, 60.0, 1.0, 0)) == "chrF 60.00, char-BLEU 10.00"
    named = Evaluation([], LONG, None, "char", LengthLimits())
    assert named.rank(90.0, 50.0) > named.rank(10.0, 60.0)


def test_a_signal_during_an_evaluation_postpones_it_to_the_next_start(toy, tmp_path, monkeypatch):
    _, expected = train(toy, tmp_path / "uninterrupted")
    measure, calls = Evaluation.measure, []

    def disturbed(self, model):
        calls.append(len(calls))
        if len(calls) == 2:
            signal.raise_signal(signal.SIGTERM)
            pytest.fail("the evaluation continued")
        return measure(self, model)

    with monkeypatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(Evaluation, "measure", disturbed)
        train(toy, tmp_path / "cut")
    assert ended.value.code == 128 + signal.SIGTERM
    assert trainer.load_state(tmp_path / "cut.state").update == 16
    _, resumed = train(toy, tmp_path / "cut")
    assert (tmp_path / "cut/metrics.jsonl").read_bytes() == (tmp_path / "uninterrupted/metrics.jsonl").read_bytes()
    assert all(np.array_equal(expected[name], resumed[name]) for name in expected)


def test_a_signal_before_the_block_raises_too_and_one_outside_does_not():
    with catch_signals() as stop:
        signal.raise_signal(signal.SIGUSR1)
        assert stop.signal == signal.SIGUSR1
        with stop.at_once(allowed=False):
            pass
        with pytest.raises(StopRequested), stop.at_once():
            pytest.fail("the block was entered")


def test_an_empty_dataset_is_refused(tmp_path):
    for side in ("src", "tgt"):
        write_ids(tmp_path, side, [])
    with pytest.raises(UserError, match="holds no sentence pairs"):
        next(iter(BatchStream(Dataset(tmp_path), 100, 1)))
