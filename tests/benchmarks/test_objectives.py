"""The baseline of an objective's step: its passes, with NLL on each; and every objective is measured."""

import pytest
import torch

from benchmarks.families.objectives import measured_losses
from benchmarks.sides.ours_training import replace_by_nll
from seqkd import losses
from seqkd.data.batching import Batch, pad
from seqkd.data.dataset import BOS
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.train_step import TrainStep

SIZES = TransformerSettings(dim=16, ffn_dim=16, heads=2, encoder_layers=1, decoder_layers=1, dropout=0.0)


def batch(targets: list[list[int]]) -> Batch:
    src, tgt = ([torch.tensor(ids).numpy() for ids in side] for side in ([[5, 6], [7]], targets))
    return Batch(pad(src), pad(tgt, (BOS,), ()), pad(tgt))


@pytest.mark.parametrize(("name", "passes"), [("js", 2), ("tie-kd", 3), ("kl", 1), ("rkl", 1)])
def test_passes_are_those_of_the_objective_with_nll_on_each(monkeypatch, name: str, passes: int) -> None:
    torch.manual_seed(0)
    student, teacher = checkpoint.build(SIZES, 12, 12), checkpoint.build(SIZES, 12, 12).eval().requires_grad_(False)
    targets, samples = batch([[4, 5], [6]]), batch([[8, 9, 4], [5]])
    monkeypatch.setattr("seqkd.prefixes.student.samples", lambda *arguments: samples)
    counts = {"student": 0, "teacher": 0, "logits": 0}

    def count_calls(model: torch.nn.Module, method: str, key: str) -> None:
        original = getattr(model, method)

        def call(*arguments):
            counts[key] += 1
            return original(*arguments)

        monkeypatch.setattr(model, method, call)

    count_calls(student, "decode", "student")
    count_calls(teacher, "decode", "teacher")
    count_calls(teacher, "logits", "logits")
    loss = replace_by_nll(TrainStep({name: {"weight": 1.0}}, student, teacher, 0.0)).loss(targets, 1.0)
    assert set(counts.values()) == {passes}, counts
    if name in ("js", "rkl"):
        batches = (targets, samples) if name == "js" else (samples,)
        nll = {"nll": {"weight": 1.0}}
        expected = sum(float(TrainStep(nll, student, None, 0.0).loss(prefixes, 1.0)) for prefixes in batches)
        assert float(loss) == pytest.approx(expected, rel=1e-6)


def test_every_objective_that_reads_a_teacher_is_measured() -> None:
    assert {name for loss in measured_losses().values() for name in loss} >= set(
        filter(losses.needs_teacher, losses.NAMES)
    )
