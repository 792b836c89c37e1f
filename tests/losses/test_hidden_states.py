"""Matching of hidden states: by hand, against finite differences, on full models, and invalid layer maps."""

import pytest
import torch

from seqkd import losses
from seqkd.config import ConfigError, load
from seqkd.data.batching import Batch, pad
from seqkd.data.dataset import BOS, PAD
from seqkd.losses.hidden_states import Options, loss, normalise
from seqkd.losses.layer_outputs import Layers, record_layer_outputs
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.train_step import TrainStep

DEEP = TransformerSettings(dim=16, ffn_dim=16, heads=2, encoder_layers=4, decoder_layers=3, dropout=0.0)
FEW = DEEP.model_copy(update={"encoder_layers": 3, "decoder_layers": 1})


def hidden(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_by_hand():
    """(1, 2, 3) and (3, 1, 2), over their deviation sqrt(2/3), differ by (2, -1, -1): (4 + 1 + 1) / 3 * 3/2."""
    student, teacher = torch.tensor([[1.0, 2.0, 3.0]]).double(), torch.tensor([[3.0, 1.0, 2.0]]).double()
    actual = loss(Layers("decoder", [student], [teacher]), Options(decoder=[0]))
    assert float(actual) == pytest.approx(3.0, abs=1e-4)  # layer_norm adds 1e-5 to the variance


def test_layers_are_summed_and_the_map_chooses_the_teachers():
    student, teacher = [hidden(5, 8, seed=seed) for seed in (1, 2)], [hidden(5, 8, seed=seed) for seed in (3, 4, 5)]
    actual = loss(Layers("encoder", student, teacher), Options(encoder=[2, 0]))
    pairs = (student[0], teacher[2]), (student[1], teacher[0])
    expected = sum(float((normalise(a) - normalise(b)).square().sum()) / 8 for a, b in pairs)
    assert float(actual) == pytest.approx(expected, rel=1e-12)


def test_the_default_map_is_that_of_a_start_from_the_teacher():
    student, teacher = ([hidden(3, 8, seed=seed) for seed in seeds] for seeds in (range(3), range(10, 22)))
    layers = Layers("encoder", student, teacher)
    assert checkpoint.select_layers(3, 12) == [0, 6, 11]
    assert torch.equal(loss(layers, Options()), loss(layers, Options(encoder=[0, 6, 11])))


def test_zero_at_equality_and_invariant_to_scale_and_offset():
    student = hidden(4, 8)
    assert float(loss(Layers("encoder", [student], [student.clone()]), Options())) == 0.0
    teacher = 3.0 * student + 2.0
    assert float(loss(Layers("encoder", [student], [teacher]), Options())) == pytest.approx(0.0, abs=1e-6)


def test_gradient_equals_finite_differences():
    student, teacher = hidden(3, 6, seed=1).requires_grad_(), hidden(3, 6, seed=2)
    assert torch.autograd.gradcheck(lambda x: loss(Layers("decoder", [x], [teacher]), Options()), (student,))


def test_each_position_is_normalised_by_itself():
    student, teacher = hidden(2, 8, seed=1), hidden(2, 8, seed=2)
    single = [float(loss(Layers("encoder", [student[[i]]], [teacher[[i]]]), Options())) for i in range(2)]
    assert float(loss(Layers("encoder", [student], [teacher]), Options())) == pytest.approx(sum(single), rel=1e-12)


def batch(padding: int = 0) -> Batch:
    src, tgt = ([torch.tensor(ids).numpy() for ids in side] for side in ([[5, 6, 7], [8]], [[4, 5], [6, 7, 8, 9]]))
    tensors = (pad(src), pad(tgt, (BOS,), ()), pad(tgt))
    return Batch(*(torch.nn.functional.pad(ids, (0, padding), value=PAD) for ids in tensors))


def models():
    torch.manual_seed(0)
    return checkpoint.build(FEW, 12, 12), checkpoint.build(DEEP, 12, 12).requires_grad_(False).eval()


def plain_outputs(model, batch: Batch, side: str) -> list[torch.Tensor]:
    """The output of every layer, computed layer by layer."""
    memory, bias = model.encode(batch.src)
    outputs = []
    if side == "encoder":
        x = model.embed(model.src_embedding, batch.src)
        for layer in model.encoder:
            outputs.append(x := layer(x, bias))
        return [output[batch.src != PAD] for output in outputs]
    causal = torch.full((batch.prefix.shape[1],) * 2, -torch.inf).triu_(1)
    x = model.embed(model.tgt_embedding, batch.prefix)
    for layer in model.decoder:
        outputs.append(x := layer(x, causal, memory, bias))
    return [output[batch.target != PAD] for output in outputs]


@pytest.mark.parametrize("padding", [0, 4])
def test_in_an_update_it_is_the_plain_mean_of_each_side(padding):
    student, teacher = models()
    nll, term = {"weight": 1.0}, {"weight": 3.0, "encoder": [0, 2, 3], "decoder": [1]}
    both = TrainStep({"nll": nll, "hidden-states": term}, student, teacher, 0.0).loss(batch(padding), 1.0)
    only_nll = TrainStep({"nll": nll}, student, None, 0.0).loss(batch(padding), 1.0)
    expected = 0.0
    for side, layer_map in (("encoder", [0, 2, 3]), ("decoder", [1])):
        with torch.no_grad():
            student_outputs, outputs = (plain_outputs(model, batch(padding), side) for model in (student, teacher))
        pairs = zip(student_outputs, (outputs[number] for number in layer_map), strict=True)
        expected += sum(float((normalise(a) - normalise(b)).square().mean(-1).mean()) for a, b in pairs)
    assert float(both - only_nll) == pytest.approx(3.0 * expected, rel=1e-5)


def test_every_layer_is_compared_with_the_one_it_was_copied_from(tmp_path):
    """Embeddings are not layers: a copied first layer equals the teacher's, and the last layer is compared too."""
    student, teacher = models()
    checkpoint.save(teacher, DEEP, (12, 12), tmp_path)
    checkpoint.init_from(student, tmp_path)
    with record_layer_outputs(student, teacher) as seen, torch.no_grad():
        for model in (student, teacher):
            model(batch().src, batch().prefix)
    layers = seen.at("encoder", batch().src != PAD)
    assert (len(layers.student), len(layers.teacher)) == (3, 4)
    assert torch.equal(layers.student[0], layers.teacher[0])
    term = {"hidden-states": {"weight": 1.0, "encoder": [0, 2, 3], "decoder": [2]}}
    for layer in (teacher.encoder[3], teacher.decoder[2], teacher.encoder[1]):
        before = float(TrainStep(term, student, teacher, 0.0).loss(batch(), 1.0))
        layer.feed.down.bias += 1.0 + torch.arange(16.0)
        assert float(TrainStep(term, student, teacher, 0.0).loss(batch(), 1.0)) != before


def test_it_trains_the_layers_and_leaves_the_teacher_alone():
    student, teacher = models()
    terms = {"nll": {"weight": 1.0}, "hidden-states": {"weight": 1.0}}
    TrainStep(terms, student, teacher, 0.0).loss(batch(), 1.0).backward()
    assert all(parameter.grad is not None for parameter in student.parameters())
    assert all(parameter.grad is None for parameter in teacher.parameters())
    assert not any(layer._forward_hooks for layer in [*student.encoder, *teacher.decoder])


BASE = {
    "corpus": {"source": "bible"},
    "models": {
        "large": {"encoder_layers": 4, "decoder_layers": 3, "dim": 16},
        "few": {"encoder_layers": 3, "decoder_layers": 1, "dim": 16},
        "narrow": {"encoder_layers": 3, "decoder_layers": 1, "dim": 8},
        "other": {"architecture": "lstm", "dim": 16},
    },
    "teachers": {"base": {"model": "large"}},
}


@pytest.mark.parametrize(
    ("model", "term", "message"),
    [
        ("narrow", {}, "the student's are 8 wide and the teacher's 16; give both models one `dim`"),
        ("other", {}, "compares layers of two Transformers"),
        ("few", {"encoder": [0, 1]}, "names 2 layers in `encoder`, but the student has 3"),
        ("few", {"encoder": [0, 1, 4]}, "names layer 4 in `encoder`, but the teacher's 4 are numbered 0 to 3"),
        ("few", {"decoder": [3]}, "names layer 3 in `decoder`, but the teacher's 3 are numbered 0 to 2"),
        ("few", {"decoder": [-1]}, r"loss\.hidden-states\.decoder"),
    ],
)
def test_models_that_cannot_be_compared_are_refused_with_the_reason(model, term, message):
    student = {"model": model, "loss": {"nll": 1.0, "hidden-states": {"weight": 1.0, **term}}}
    with pytest.raises(ConfigError, match=message):
        load(BASE | {"students": {"a": student}})


def test_it_is_refused_as_the_only_term_and_with_a_stored_teacher():
    with pytest.raises(ConfigError, match="compares only layers, so the student would not"):
        load(BASE | {"students": {"a": {"model": "few", "loss": "hidden-states"}}})
    stored = {"model": "few", "loss": {"word-kd": 1.0, "hidden-states": 1.0}, "teacher_top_k": 8}
    with pytest.raises(ConfigError, match="hidden-states reads the teacher's layers"):
        load(BASE | {"students": {"a": stored}})
    assert losses.reads_layers("hidden-states") and not losses.reads_layers("kl")
