"""Matching of hidden states: by hand, against finite differences, on whole models, and what its map may say."""

import pytest
import torch

from seqkd import losses
from seqkd.batches.batches import Batch, pad
from seqkd.batches.dataset import BOS, PAD
from seqkd.config import ConfigError, load
from seqkd.losses.hidden_states import Options, loss, normed
from seqkd.losses.layers import Layers, watched
from seqkd.models import store
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.passes import Passes

DEEP = TransformerSettings(dim=16, ffn=16, heads=2, encoder_layers=4, decoder_layers=3, dropout=0.0)
FEW = DEEP.model_copy(update={"encoder_layers": 3, "decoder_layers": 1})


def hidden(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_by_hand():
    """(1, 2, 3) and (3, 1, 2), over their deviation sqrt(2/3), lie (2, -1, -1) apart: (4 + 1 + 1) / 3 * 3/2."""
    own, known = torch.tensor([[1.0, 2.0, 3.0]]).double(), torch.tensor([[3.0, 1.0, 2.0]]).double()
    found = loss(Layers("decoder", [own], [known]), Options(decoder=[0]))
    assert float(found) == pytest.approx(3.0, abs=1e-4)  # layer_norm adds 1e-5 to the variance


def test_layers_are_summed_and_the_map_chooses_the_teachers():
    own, known = [hidden(5, 8, seed=one) for one in (1, 2)], [hidden(5, 8, seed=one) for one in (3, 4, 5)]
    found = loss(Layers("encoder", own, known), Options(encoder=[2, 0]))
    expected = sum(
        float((normed(a) - normed(b)).square().sum()) / 8 for a, b in ((own[0], known[2]), (own[1], known[0]))
    )
    assert float(found) == pytest.approx(expected, rel=1e-12)


def test_without_a_map_it_is_that_of_a_start_from_the_teacher():
    own, known = [hidden(3, 8, seed=one) for one in range(3)], [hidden(3, 8, seed=10 + one) for one in range(12)]
    layers = Layers("encoder", own, known)
    assert store.copied_layers(3, 12) == [0, 6, 11]
    assert torch.equal(loss(layers, Options()), loss(layers, Options(encoder=[0, 6, 11])))


def test_zero_at_equality_and_blind_to_scale_and_offset():
    own = hidden(4, 8)
    assert float(loss(Layers("encoder", [own], [own.clone()]), Options())) == 0.0
    moved = 3.0 * own + 2.0
    assert float(loss(Layers("encoder", [own], [moved]), Options())) == pytest.approx(0.0, abs=1e-6)


def test_gradient_equals_finite_differences():
    own, known = hidden(3, 6, seed=1).requires_grad_(), hidden(3, 6, seed=2)
    assert torch.autograd.gradcheck(lambda x: loss(Layers("decoder", [x], [known]), Options()), (own,))


def test_each_position_is_normalised_by_itself():
    both, known = hidden(2, 8, seed=1), hidden(2, 8, seed=2)
    parts = [float(loss(Layers("encoder", [both[i : i + 1]], [known[i : i + 1]]), Options())) for i in range(2)]
    assert float(loss(Layers("encoder", [both], [known]), Options())) == pytest.approx(sum(parts), rel=1e-12)


def batch(more: int = 0) -> Batch:
    src, tgt = ([torch.tensor(one).numpy() for one in side] for side in ([[5, 6, 7], [8]], [[4, 5], [6, 7, 8, 9]]))
    parts = (pad(src), pad(tgt, (BOS,), ()), pad(tgt))
    return Batch(*(torch.nn.functional.pad(one, (0, more), value=PAD) for one in parts))


def models():
    torch.manual_seed(0)
    return store.build(FEW, 12, 12), store.build(DEEP, 12, 12).requires_grad_(False).eval()


def plain_outputs(model, which: Batch, side: str) -> list[torch.Tensor]:
    """Every layer's output by running the stack by hand."""
    memory, bias = model.encode(which.src)
    found = []
    if side == "encoder":
        x = model.embed(model.src_embedding, which.src)
        for layer in model.encoder:
            found.append(x := layer(x, bias))
        return [one[which.src != PAD] for one in found]
    causal = torch.full((which.prefix.shape[1],) * 2, -torch.inf).triu_(1)
    x = model.embed(model.tgt_embedding, which.prefix)
    for layer in model.decoder:
        found.append(x := layer(x, causal, memory, bias))
    return [one[which.target != PAD] for one in found]


@pytest.mark.parametrize("more", [0, 4])
def test_in_an_update_it_is_the_plain_mean_of_each_side(more):
    student, teacher = models()
    term = {"weight": 3.0, "encoder": [0, 2, 3], "decoder": [1]}
    both = {"nll": {"weight": 1.0}, "hidden-states": term}
    found = Passes(both, student, teacher, 0.0).loss(batch(more), 1.0)
    alone = Passes({"nll": {"weight": 1.0}}, student, None, 0.0).loss(batch(more), 1.0)
    expected = 0.0
    for side, chosen in (("encoder", [0, 2, 3]), ("decoder", [1])):
        with torch.no_grad():
            own, known = (plain_outputs(model, batch(more), side) for model in (student, teacher))
        pairs = zip(own, (known[number] for number in chosen), strict=True)
        expected += sum(float((normed(a) - normed(b)).square().mean(-1).mean()) for a, b in pairs)
    assert float(found - alone) == pytest.approx(3.0 * expected, rel=1e-5)


def test_every_layer_is_held_against_the_one_it_was_copied_from(tmp_path):
    """The embeddings are no layer: a copied first layer has nothing to learn, and the last one is compared too."""
    student, teacher = models()
    store.save(teacher, DEEP, (12, 12), tmp_path)
    store.load_start(student, tmp_path)
    with watched(student, teacher) as seen, torch.no_grad():
        for model in (student, teacher):
            model(batch().src, batch().prefix)
    layers = seen.at("encoder", batch().src != PAD)
    assert (len(layers.student), len(layers.teacher)) == (3, 4)
    assert torch.equal(layers.student[0], layers.teacher[0])
    term = {"hidden-states": {"weight": 1.0, "encoder": [0, 2, 3], "decoder": [2]}}
    found = []
    for changed in (teacher.encoder[3], teacher.decoder[2], teacher.encoder[1]):
        before = float(Passes(term, student, teacher, 0.0).loss(batch(), 1.0))
        changed.feed.down.bias += 1.0 + torch.arange(16.0)
        found.append(float(Passes(term, student, teacher, 0.0).loss(batch(), 1.0)) != before)
    assert found == [True, True, True]


def test_it_trains_the_layers_and_leaves_the_teacher_alone():
    student, teacher = models()
    loss_of = {"nll": {"weight": 1.0}, "hidden-states": {"weight": 1.0}}
    Passes(loss_of, student, teacher, 0.0).loss(batch(), 1.0).backward()
    assert all(one.grad is not None for one in student.parameters())
    assert all(one.grad is None for one in teacher.parameters())
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
    ("model", "term", "told"),
    [
        ("narrow", {}, "the student's are 8 wide and the teacher's 16; give both models one `dim`"),
        ("other", {}, "compares layers of two Transformers"),
        ("few", {"encoder": [0, 1]}, "names 2 layers in `encoder`, but the student has 3"),
        ("few", {"encoder": [0, 1, 4]}, "names layer 4 in `encoder`, but the teacher's 4 are numbered 0 to 3"),
        ("few", {"decoder": [3]}, "names layer 3 in `decoder`, but the teacher's 3 are numbered 0 to 2"),
        ("few", {"decoder": [-1]}, r"loss\.hidden-states\.decoder"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(model, term, told):
    student = {"model": model, "loss": {"nll": 1.0, "hidden-states": {"weight": 1.0, **term}}}
    with pytest.raises(ConfigError, match=told):
        load(BASE | {"students": {"one": student}})


def test_alone_and_from_a_stored_teacher_it_is_refused():
    with pytest.raises(ConfigError, match="compares only layers, so the student would not"):
        load(BASE | {"students": {"one": {"model": "few", "loss": "hidden-states"}}})
    stored = {"model": "few", "loss": {"word-kd": 1.0, "hidden-states": 1.0}, "teacher_top_k": 8}
    with pytest.raises(ConfigError, match="hidden-states reads the teacher's layers"):
        load(BASE | {"students": {"one": stored}})
    assert losses.reads_layers("hidden-states") and not losses.reads_layers("kl")
