"""The passes of an update against plain computations, padding, batch composition, and interrupted trainings."""

from dataclasses import replace

import pytest
import torch
from numpy import array
from test_trainer import train

from seqkd import losses
from seqkd.data.batching import Batch, pad
from seqkd.data.dataset import BOS, PAD
from seqkd.losses.token_batch import TokenBatch
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training import trainer
from seqkd.training.train_step import TrainStep

SIZES = TransformerSettings(dim=16, ffn_dim=16, heads=2, encoder_layers=1, decoder_layers=1, dropout=0.0)
NAMES = [name for name in losses.NAMES if not losses.reads_layers(name)]
SOURCES, TARGETS = [[5, 6, 7], [8, 9], [4]], [[4, 5], [6, 7, 8, 9], [10]]


def batch(rows=(0, 1, 2), padding: int = 0) -> Batch:
    src, tgt = ([array(side[row], "int32") for row in rows] for side in (SOURCES, TARGETS))
    tensors = (pad(src), pad(tgt, (BOS,), ()), pad(tgt))
    return Batch(*(torch.nn.functional.pad(ids, (0, padding), value=PAD) for ids in tensors))


@pytest.fixture
def models():
    torch.manual_seed(0)
    student, teacher = checkpoint.build(SIZES, 12, 12), checkpoint.build(SIZES, 12, 12)
    return student, teacher.requires_grad_(False).eval()


def terms(*names: str, **settings):
    return {name: {"weight": 1.0, **losses.settings_of(name)(**settings).canonical()} for name in names}


def log_probs(model, src, prefix):
    return (model(src, prefix) @ model.output_weight.T).log_softmax(-1)


def plain(name, models, pair: Batch, prefix="targets", **settings):
    """Mean over the real positions, with plain autograd."""
    student, teacher = models
    real, module = pair.target != PAD, losses.load(name)
    logits = (student(pair.src, pair.prefix) @ student.output_weight.T)[real]
    positions = TokenBatch(logits, pair.target[real], log_probs(teacher, pair.src, pair.prefix)[real], prefix=prefix)
    return module.loss(positions, module.Options(**settings)) / int(real.sum())


@pytest.mark.parametrize("name", ["kl", "top1-kd", "skew-kl", "nll"])
def test_on_targets_it_is_the_plain_mean(models, name):
    actual = TrainStep(terms(name), *models, 0.0).loss(batch(), 1.0)
    assert actual.item() == pytest.approx(plain(name, models, batch()).item(), rel=1e-5)


def test_each_half_is_averaged_over_its_prefixes(models, monkeypatch):
    samples = replace(batch((1, 0, 2)), src=batch().src)  # different targets for the same sources
    monkeypatch.setattr("seqkd.prefixes.student.samples", lambda *arguments: samples)
    for name in ("js", "tvd"):
        actual = TrainStep(terms(name), *models, 0.0).loss(batch(), 1.0)
        expected = plain(name, models, batch()).item() + plain(name, models, samples, "student").item()
        assert actual.item() == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("iterations", [1, 2, 3])
def test_tie_kd_iterates_on_parallel_argmax(models, iterations):
    expected, pair = 0.0, batch()
    for _ in range(iterations):
        expected += plain("tie-kd", models, pair, iterations=iterations).item()
        choices = log_probs(models[0], pair.src, pair.prefix).argmax(-1)
        pair = replace(pair, prefix=torch.cat([pair.prefix[:, :1], choices[:, :-1]], 1))
    actual = TrainStep(terms("tie-kd", iterations=iterations), *models, 0.0).loss(batch(), 1.0)
    assert actual.item() == pytest.approx(float(expected), rel=1e-5)


def test_two_readings_of_the_argmax_both_start_from_the_targets(models, monkeypatch):
    """As with a custom objective that iterates twice, next to TIE-KD."""
    loss = {"tie-kd": terms("tie-kd", iterations=3)["tie-kd"], "custom": terms("tie-kd", iterations=2)["tie-kd"]}
    for function in ("settings_of", "sources_of", "load"):
        original = getattr(losses, function)
        monkeypatch.setattr(losses, function, lambda name, original=original: original("tie-kd"))
    expected = sum(TrainStep({"tie-kd": term}, *models, 0.0).loss(batch(), 1.0).item() for term in loss.values())
    assert TrainStep(loss, *models, 0.0).loss(batch(), 1.0).item() == pytest.approx(expected, rel=1e-5)


def test_both_halves_of_the_exact_js_have_one_divisor(models, monkeypatch):
    """At the first token the exact mixture is the local one; the student's samples are three tokens, then one."""
    full = batch()
    single = Batch(full.src, full.prefix[:, :1], full.target[:, :1])
    monkeypatch.setattr("seqkd.prefixes.student.samples", lambda *arguments: single)
    actual = TrainStep(terms("js", mixture="exact"), *models, 0.0).loss(single, 1.0).item()
    expected = plain("js", models, single) + plain("js", models, single, "student")
    assert actual == pytest.approx(expected.item(), rel=1e-5)
    masked = replace(single, target=single.target.clone())
    masked.target[1:] = PAD
    monkeypatch.setattr("seqkd.prefixes.student.samples", lambda *arguments: masked)
    actual = TrainStep(terms("js", mixture="exact"), *models, 0.0).loss(single, 1.0).item()
    expected = plain("js", models, single) + plain("js", models, masked, "student") / 3
    assert actual == pytest.approx(expected.item(), rel=1e-5)


def gradients(models, loss, batch: Batch):
    models[0].zero_grad()
    torch.manual_seed(1)
    value = TrainStep(loss, *models, 0.1).loss(batch, 0.5)
    value.backward()
    return value.item(), {name: parameter.grad.clone() for name, parameter in models[0].named_parameters()}


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_is_that_of_all_passes_and_none_for_the_teacher(models, name, monkeypatch):
    """With fixed prefixes, as no gradient flows through them."""
    monkeypatch.setattr("seqkd.prefixes.student.samples", lambda *arguments: batch())
    _, actual = gradients(models, terms(name), batch())
    assert all(bool(torch.isfinite(grad).all()) for grad in actual.values())
    assert sum(float(grad.abs().sum()) for grad in actual.values()) > 0
    assert all(parameter.grad is None for parameter in models[1].parameters())
    if name in ("kl", "rkl", "engine", "imitkd", "gkd", "skew-kl", "tvd", "js"):
        models[0].zero_grad()
        prefixes = losses.prefixes_of(name)
        sum(plain(name, models, batch(), prefix) for prefix in prefixes).backward()
        for key, parameter in models[0].named_parameters():
            torch.testing.assert_close(actual[key], parameter.grad, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_padding_changes_nothing(models, name):
    loss = terms(name, **greedy(name))
    (value, grads), (padded_value, padded_grads) = (gradients(models, loss, batch(padding=n)) for n in (0, 5))
    assert value == pytest.approx(padded_value, rel=1e-5)
    torch.testing.assert_close(grads, padded_grads, rtol=1e-4, atol=1e-6)


def greedy(name):
    return {"top_k": 1} if "top_k" in losses.settings_of(name).model_fields else {}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("selective-kd", "gkd", "imitkd")])
def test_a_batch_is_the_mean_of_its_sentences(models, name):
    """Weighted by tokens, for objectives on targets and their argmax; Selective KD depends on the batch."""
    if "student" in losses.prefixes_of(name):
        pytest.skip("samples have different lengths")
    actual = TrainStep(terms(name), *models, 0.0).loss(batch(), 1.0).item()
    single = [TrainStep(terms(name), *models, 0.0).loss(batch((row,)), 1.0).item() for row in range(3)]
    sizes = [len(ids) + 1 for ids in TARGETS]
    expected = sum(loss * size for loss, size in zip(single, sizes, strict=True)) / sum(sizes)
    assert actual == pytest.approx(expected, rel=1e-5)


def test_sources_are_encoded_once_however_many_passes(models, monkeypatch):
    counts = {"student": 0, "teacher": 0}
    for name, model in zip(counts, models, strict=True):
        encode = model.encode

        def counted(src, name=name, encode=encode):
            counts[name] += 1
            return encode(src)

        monkeypatch.setattr(model, "encode", counted)
    TrainStep(terms("tie-kd", "nll"), *models, 0.0).loss(batch(), 1.0)
    assert counts == {"student": 1, "teacher": 1}


LOSSES = [
    {"rkl": {"weight": 1.0}, "nll": {"weight": 1.0}},
    {"js": {"weight": 1.0, "mixture": "exact"}},
    {"tie-kd": {"weight": 0.5}, "nll": {"weight": 0.5}},
    {"imitkd": {"weight": 1.0}, "gkd": {"weight": 1.0}, "selective-kd": {"weight": 1.0}},
    {"nll": {"weight": 1.0}, "selective-kd": {"weight": 1.0, "queue": 150}, "hidden-states": {"weight": 1.0}},
]


@pytest.mark.parametrize("loss", LOSSES, ids="+".join)
def test_an_interrupted_training_draws_the_same_prefixes(toy, tmp_path, monkeypatch, loss):
    train(toy, tmp_path / "teacher", updates=20)
    common = {"loss": loss, "teacher": tmp_path / "teacher", "start": tmp_path / "teacher", "seed": 2, "updates": 8}
    _, expected = train(toy, tmp_path / "uninterrupted", **common)
    evaluate = trainer.Trainer.evaluate_if_due

    def interrupted(self, stop):
        evaluate(self, stop)
        if self.state.update == 5:
            self.save()
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(trainer.Trainer, "evaluate_if_due", interrupted)
        train(toy, tmp_path / "cut", **common)
    assert trainer.load_state(tmp_path / "cut.state").update == 5
    _, resumed = train(toy, tmp_path / "cut", **common)
    assert all(torch.equal(expected[name], resumed[name]) for name in expected)


def test_what_an_objective_remembers_is_kept_from_update_to_update(models):
    loss = {"selective-kd": {"weight": 1.0, "queue": 1000}}
    passes, (student, _) = TrainStep(loss, *models, 0.0), models
    expected = []
    for pair in (batch((0, 1)), batch((1, 2))):
        passes.loss(pair, 1.0)
        log_q = log_probs(student, pair.src, pair.prefix).gather(2, pair.target[:, :, None])[:, :, 0]
        expected.append(log_q[pair.target != PAD])
    (queue,) = passes.objective_state.values()
    torch.testing.assert_close(queue, torch.cat(expected).detach(), rtol=1e-5, atol=1e-6)
    resumed = TrainStep(loss, *models, 0.0)
    resumed.load_objective_state(passes.objective_state | {"master": torch.zeros(3)})
    assert torch.equal(next(iter(resumed.objective_state.values())), queue) and len(resumed.objective_state) == 1
    assert TrainStep(loss | {"nll": {"weight": 1.0}}, *models, 0.0).objective_state == {}


def test_every_objective_trains_and_stays_finite(toy, tmp_path):
    train(toy, tmp_path / "teacher", updates=20)
    for name in losses.NAMES:
        common = {"teacher": tmp_path / "teacher", "seed": 2, "updates": 3, "precision": "bfloat16"}
        stats, _ = train(toy, tmp_path / name, loss={name: {"weight": 1.0}}, **common)
        assert stats["updates"] == 3


def test_objectives_on_student_prefixes_bring_the_student_closer_to_the_teacher(toy, tmp_path):
    from test_trainer import distribution, divergence

    train(toy, tmp_path / "teacher", updates=120)
    train(toy, tmp_path / "start", updates=20, seed=2)
    common = {"updates": 60, "teacher": tmp_path / "teacher", "start": tmp_path / "start", "seed": 2}
    teacher, before = (distribution(toy, tmp_path / name) for name in ("teacher", "start"))
    for name in ("rkl", "js", "tie-kd"):
        train(toy, tmp_path / name, loss={name: {"weight": 1.0}}, **common)
        after = distribution(toy, tmp_path / name)
        assert divergence(teacher, after) < 0.9 * divergence(teacher, before), name
