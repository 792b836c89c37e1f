"""An ensemble against the mean of its members' distributions: whole, step by step, on disk, as a teacher."""

import pytest
import torch

from seqkd.batches.batches import Batch, pad
from seqkd.batches.dataset import BOS, PAD
from seqkd.config import ConfigError, load
from seqkd.decoding.engine import forced_scores
from seqkd.decoding.sampling import sample
from seqkd.decoding.search import beam_search
from seqkd.decoding.settings import LengthLimits, SearchSettings
from seqkd.models import store
from seqkd.models.ensemble import Ensemble, EnsembleSettings, make_ensemble
from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.passes import Passes
from seqkd.training.run import train_model
from seqkd.training.settings import TrainingSettings

WIDE = TransformerSettings(dim=16, ffn=16, heads=2, encoder_layers=1, decoder_layers=2, dropout=0.0)
OTHER = LstmSettings(architecture="lstm", layers=1, dim=8)
WORDS = 9


def ensemble(*sizes, seed=0) -> Ensemble:
    torch.manual_seed(seed)
    whole = Ensemble(EnsembleSettings(members=[one.canonical() for one in sizes]), WORDS, WORDS)
    for parameter in whole.parameters():  # livelier than a new model's
        parameter.data.mul_(2)
    return whole.double().eval().requires_grad_(False)


def batch() -> Batch:
    src, tgt = ([torch.tensor(one).numpy() for one in side] for side in ([[5, 6, 7], [8]], [[4, 5], [6, 7, 8, 4]]))
    return Batch(pad(src), pad(tgt, (BOS,), ()), pad(tgt))


def mean_p(whole, src, prefix):
    each = [(model(src, prefix) @ model.output_weight.T).softmax(-1) for model in whole.members]
    return torch.stack(each).mean(0)


def test_its_distribution_is_the_mean_of_its_members_probabilities():
    whole, which = ensemble(WIDE, OTHER, WIDE), batch()
    log_p = whole.logits(whole(which.src, which.prefix))
    torch.testing.assert_close(log_p.exp(), mean_p(whole, which.src, which.prefix).float(), rtol=1e-5, atol=1e-7)
    assert whole.vocabulary == WORDS
    each = [(model(which.src, which.prefix) @ model.output_weight.T).log_softmax(-1) for model in whole.members]
    geometric = torch.stack(each).mean(0).log_softmax(-1).exp()
    assert float((geometric - log_p.exp()).abs().max()) > 1e-3  # a mean of log-probabilities would be another


def test_step_by_step_it_is_what_it_is_at_once():
    """Greedy search, a beam and samples are told the log-probability that the whole pass gives them."""
    whole, src = ensemble(WIDE, OTHER, seed=3), batch().src
    sources = [[5, 6, 7], [8]]
    limits = SearchSettings(beam=1, max_length_ratio=0.001, max_length_extra=6)
    found = beam_search(whole, src, limits) + beam_search(whole, src, limits.model_copy(update={"beam": 3}), wanted=2)
    found += sample(whole, sources, 2, 1, limits)
    for place, many in enumerate(found):
        for one in many:
            ((scores, _),) = forced_scores(whole, [sources[place % 2]], [one.ids])
            assert one.log_prob == pytest.approx(sum(scores if one.finished else scores[:-1]), abs=1e-4)


def test_greedy_search_takes_the_best_of_the_mean():
    whole, src = ensemble(WIDE, WIDE, seed=5), pad([torch.tensor([5, 6]).numpy()])
    limits = SearchSettings(beam=1, max_length_ratio=0.001, max_length_extra=5)
    (one,) = beam_search(whole, src, limits)[0]
    prefix = torch.tensor([[BOS]])
    for word in one.ids:
        p = mean_p(whole, src, prefix)[0, -1]
        p[[PAD, BOS]] = 0.0
        assert int(p.argmax()) == word
        prefix = torch.cat([prefix, torch.tensor([[word]])], 1)


@pytest.fixture
def members(tmp_path):
    for seed, sizes in enumerate((WIDE, OTHER)):
        torch.manual_seed(seed)
        store.save(store.build(sizes, WORDS, WORDS), sizes, (WORDS, WORDS), tmp_path / str(seed))
    return [tmp_path / "0", tmp_path / "1"]


def test_on_disk_it_is_a_model_like_others(members, tmp_path):
    facts = make_ensemble(members, tmp_path / "both")
    whole, which = store.load(tmp_path / "both"), batch()
    for own, place in zip(whole.members, members, strict=True):
        assert torch.equal(own(which.src, which.prefix), store.load(place)(which.src, which.prefix))
    assert facts["members"] == 2
    assert facts["parameters"] == sum(one.numel() for place in members for one in store.load(place).parameters())
    low = store.load(tmp_path / "both", "bfloat16")
    assert low.logits(low(which.src, which.prefix)).dtype == torch.float32


@pytest.mark.parametrize("loss", ["word-kd", "rkl", "tie-kd"])
def test_as_a_teacher_it_is_its_mean_distribution(members, tmp_path, loss, monkeypatch):
    make_ensemble(members, tmp_path / "both")
    whole, which = store.load(tmp_path / "both"), batch()
    monkeypatch.setattr("seqkd.prefixes.student.samples", lambda *arguments: batch())

    class Known(torch.nn.Module):
        """A teacher whose hidden states are its logits, the logarithm of the mean."""

        def encode(self, src):
            return src

        def decode(self, src, prefix):
            return mean_p(whole, src, prefix).log()

        def logits(self, hidden):
            return hidden

    torch.manual_seed(1)
    student = store.build(WIDE, WORDS, WORDS)
    term = {loss: {"weight": 1.0}}
    found, expected = (Passes(term, student, teacher, 0.0).loss(which, 1.0) for teacher in (whole, Known()))
    assert float(found) == pytest.approx(float(expected), rel=1e-5)


def test_a_student_trains_from_it_on_the_toy_text(toy, tmp_path):
    common = {"tokenizer": toy.tokenizer, "targets": toy.tokenizer / "train", "corpus": toy.corpus}
    common |= {"model": WIDE, "bleu_tokenize": "13a", "limits": LengthLimits(), "start": None, "keep_zeros": False}
    common["training"] = TrainingSettings(updates=3, batch_tokens=200, warmup=1, evaluations=1)

    def train(name, seed, loss, teacher=None):
        folder = tmp_path / name
        own = {"seed": seed, "loss": {loss: {"weight": 1.0}}, "teacher": teacher, "folder": folder}
        return train_model(**common, **own, state=tmp_path / f"{name}.state")

    for seed in (1, 2):
        train(str(seed), seed, "nll")
    make_ensemble([tmp_path / "1", tmp_path / "2"], tmp_path / "both")
    assert train("student", 3, "word-kd", tmp_path / "both")["updates"] == 3


BASE = {
    "corpus": {"source": "bible"},
    "models": {"large": {}, "small": {"dim": 128}},
    "teachers": {"base": {"model": "large", "seeds": [1, 2]}, "one": {"model": "large"}},
}


@pytest.mark.parametrize(
    ("ensemble", "more", "told"),
    [
        (
            {"ensemble": ["bas"]},
            {},
            r"teachers\.both\.ensemble: found 'bas'; must be a trained teacher \(base, one\); did you mean base",
        ),
        ({"ensemble": ["both"]}, {}, "found 'both'; must be a trained teacher"),
        ({"ensemble": ["one"]}, {}, "has only one member; add teachers, or give 'one' more `seeds`"),
        ({"ensemble": ["one", "one"]}, {}, "'one' is listed twice"),
        ({"ensemble": ["base"], "model": "large"}, {}, "needs either `model`, to be trained, or `ensemble`"),
        ({}, {}, r"teachers\.both: needs either `model`"),
        ({"ensemble": ["base"], "seeds": [1]}, {}, r"teachers\.both\.seeds: an ensemble is not trained"),
        ({"ensemble": ["base"], "updates": 7}, {}, r"teachers\.both\.updates: an ensemble is not trained"),
        ({"ensemble": ["base"]}, {"students": {"a": {"start": "both"}}}, "which has no weights of its own"),
        ({"ensemble": ["base"]}, {"prune": {"students": ["both"]}}, "prune its members"),
        (
            {"ensemble": ["base"]},
            {"students": {"a": {"model": "small", "teacher": "both", "loss": {"nll": 1.0, "hidden-states": 1.0}}}},
            "hidden-states compares layers of two Transformers",
        ),
    ],
)
def test_what_an_ensemble_cannot_be_is_refused(ensemble, more, told):
    with pytest.raises(ConfigError, match=told):
        load(BASE | {"teachers": BASE["teachers"] | {"both": ensemble}} | more)


def test_members_of_different_precision_are_refused():
    teachers = BASE["teachers"] | {"both": {"ensemble": ["base", "one"]}}
    teachers["one"] = teachers["one"] | {"precision": "float32"}
    with pytest.raises(ConfigError, match="differ in `precision`"):
        load(BASE | {"teachers": teachers})
