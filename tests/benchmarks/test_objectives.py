"""What an objective's step is measured against: its passes, with a likelihood on each, and every objective measured."""

import pytest
import torch

from benchmarks.families.objectives import wanted
from benchmarks.sides.ours_training import bare
from seqkd import losses
from seqkd.batches.batches import Batch, pad
from seqkd.batches.dataset import BOS
from seqkd.models import store
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.passes import Passes

SIZES = TransformerSettings(dim=16, ffn=16, heads=2, encoder_layers=1, decoder_layers=1, dropout=0.0)


def batch(targets: list[list[int]]) -> Batch:
    src, tgt = ([torch.tensor(one).numpy() for one in side] for side in ([[5, 6], [7]], targets))
    return Batch(pad(src), pad(tgt, (BOS,), ()), pad(tgt))


@pytest.mark.parametrize(("name", "passes"), [("js", 2), ("tie-kd", 3), ("kl", 1), ("rkl", 1)])
def test_the_passes_are_the_objectives_own_with_a_likelihood_on_each(monkeypatch, name: str, passes: int) -> None:
    torch.manual_seed(0)
    student, teacher = store.build(SIZES, 12, 12), store.build(SIZES, 12, 12).eval().requires_grad_(False)
    given, drawn = batch([[4, 5], [6]]), batch([[8, 9, 4], [5]])
    monkeypatch.setattr("seqkd.prefixes.student.samples", lambda *arguments: drawn)
    counts = {"student": 0, "teacher": 0, "logits": 0}

    def counted(model: torch.nn.Module, method: str, what: str) -> None:
        once = getattr(model, method)

        def call(*arguments):
            counts[what] += 1
            return once(*arguments)

        monkeypatch.setattr(model, method, call)

    counted(student, "decode", "student")
    counted(teacher, "decode", "teacher")
    counted(teacher, "logits", "logits")
    found = bare(Passes({name: {"weight": 1.0}}, student, teacher, 0.0)).loss(given, 1.0)
    assert set(counts.values()) == {passes}, counts
    if name in ("js", "rkl"):
        read = (given, drawn) if name == "js" else (drawn,)
        nll = {"nll": {"weight": 1.0}}
        expected = sum(float(Passes(nll, student, None, 0.0).loss(one, 1.0)) for one in read)
        assert float(found) == pytest.approx(expected, rel=1e-6)


def test_every_objective_that_reads_a_teacher_is_measured() -> None:
    assert {name for loss in wanted().values() for name in loss} >= set(filter(losses.needs_teacher, losses.NAMES))
