"""An ensemble against the mean of its members' distributions: all at once, step by step, on disk, as a teacher."""

import pytest
import torch

from seqkd.config import ConfigError, load
from seqkd.data.batching import Batch, pad
from seqkd.data.dataset import BOS, PAD
from seqkd.decoding.beam_search import beam_search
from seqkd.decoding.generate import forced_scores
from seqkd.decoding.sampling import sample
from seqkd.decoding.settings import LengthLimits, SearchSettings
from seqkd.models import checkpoint
from seqkd.models.ensemble import Ensemble, EnsembleSettings, make_ensemble
from seqkd.models.lstm_settings import LstmSettings
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.settings import TrainingSettings
from seqkd.training.train_step import TrainStep
from seqkd.training.trainer import train_model

TRANSFORMER = TransformerSettings(dim=16, ffn_dim=16, heads=2, encoder_layers=1, decoder_layers=2, dropout=0.0)
LSTM = LstmSettings(architecture="lstm", layers=1, dim=8)
VOCABULARY = 9


def ensemble(*sizes, seed=0) -> Ensemble:
    torch.manual_seed(seed)
    settings = EnsembleSettings(members=[member.canonical() for member in sizes])
    model = Ensemble(settings, VOCABULARY, VOCABULARY)
    for parameter in model.parameters():  # peakier distributions than a new model's
        parameter.data.mul_(2)
    return model.double().eval().requires_grad_(False)


def make_batch() -> Batch:
    src, tgt = ([torch.tensor(ids).numpy() for ids in side] for side in ([[5, 6, 7], [8]], [[4, 5], [6, 7, 8, 4]]))
    return Batch(pad(src), pad(tgt, (BOS,), ()), pad(tgt))


def mean_p(model, src, prefix):
    probs = [(member(src, prefix) @ member.output_weight.T).softmax(-1) for member in model.members]
    return torch.stack(probs).mean(0)


def test_its_distribution_is_the_mean_of_its_members_probabilities():
    model, batch = ensemble(TRANSFORMER, LSTM, TRANSFORMER), make_batch()
    log_p = model.logits(model(batch.src, batch.prefix))
    torch.testing.assert_close(log_p.exp(), mean_p(model, batch.src, batch.prefix).float(), rtol=1e-5, atol=1e-7)
    assert model.vocabulary == VOCABULARY
    log_probs = [(member(batch.src, batch.prefix) @ member.output_weight.T).log_softmax(-1) for member in model.members]
    geometric = torch.stack(log_probs).mean(0).log_softmax(-1).exp()
    assert float((geometric - log_p.exp()).abs().max()) > 1e-3  # the mean of log-probabilities differs


def test_steps_equal_the_full_forward_pass():
    """Greedy search, beam search and sampling report the log-probabilities of forced scoring."""
    model, src = ensemble(TRANSFORMER, LSTM, seed=3), make_batch().src
    sources = [[5, 6, 7], [8]]
    limits = SearchSettings(beam=1, max_length_ratio=0.001, max_length_extra=6)
    results = beam_search(model, src, limits) + beam_search(model, src, limits.model_copy(update={"beam": 3}), n_best=2)
    results += sample(model, sources, 2, 1, limits)
    for index, hypotheses in enumerate(results):
        for hypothesis in hypotheses:
            ((scores, _),) = forced_scores(model, [sources[index % 2]], [hypothesis.ids])
            expected = sum(scores if hypothesis.finished else scores[:-1])
            assert hypothesis.log_prob == pytest.approx(expected, abs=1e-4)


def test_greedy_search_takes_the_argmax_of_the_mean():
    model, src = ensemble(TRANSFORMER, TRANSFORMER, seed=5), pad([torch.tensor([5, 6]).numpy()])
    limits = SearchSettings(beam=1, max_length_ratio=0.001, max_length_extra=5)
    (hypothesis,) = beam_search(model, src, limits)[0]
    prefix = torch.tensor([[BOS]])
    for token in hypothesis.ids:
        p = mean_p(model, src, prefix)[0, -1]
        p[[PAD, BOS]] = 0.0
        assert int(p.argmax()) == token
        prefix = torch.cat([prefix, torch.tensor([[token]])], 1)


@pytest.fixture
def members(tmp_path):
    for seed, sizes in enumerate((TRANSFORMER, LSTM)):
        torch.manual_seed(seed)
        checkpoint.save(
            checkpoint.build(sizes, VOCABULARY, VOCABULARY), sizes, (VOCABULARY, VOCABULARY), tmp_path / str(seed)
        )
    return [tmp_path / "0", tmp_path / "1"]


def test_it_is_saved_and_loaded_like_any_model(members, tmp_path):
    stats = make_ensemble(members, tmp_path / "both")
    model, batch = checkpoint.load(tmp_path / "both"), make_batch()
    for member, path in zip(model.members, members, strict=True):
        assert torch.equal(member(batch.src, batch.prefix), checkpoint.load(path)(batch.src, batch.prefix))
    assert stats["members"] == 2
    assert stats["parameters"] == sum(
        weight.numel() for path in members for weight in checkpoint.load(path).parameters()
    )
    low = checkpoint.load(tmp_path / "both", "bfloat16")
    assert low.logits(low(batch.src, batch.prefix)).dtype == torch.float32


@pytest.mark.parametrize("loss", ["word-kd", "rkl", "tie-kd"])
def test_as_a_teacher_it_is_its_mean_distribution(members, tmp_path, loss, monkeypatch):
    make_ensemble(members, tmp_path / "both")
    model, batch = checkpoint.load(tmp_path / "both"), make_batch()
    monkeypatch.setattr("seqkd.prefixes.student.samples", lambda *arguments: make_batch())

    class MeanTeacher(torch.nn.Module):
        """A teacher whose hidden states are its logits, the logarithm of the mean."""

        def encode(self, src):
            return src

        def decode(self, src, prefix):
            return mean_p(model, src, prefix).log()

        def logits(self, hidden):
            return hidden

    torch.manual_seed(1)
    student = checkpoint.build(TRANSFORMER, VOCABULARY, VOCABULARY)
    term = {loss: {"weight": 1.0}}
    value, expected = (TrainStep(term, student, teacher, 0.0).loss(batch, 1.0) for teacher in (model, MeanTeacher()))
    assert float(value) == pytest.approx(float(expected), rel=1e-5)


def test_a_student_trains_from_it_on_the_toy_text(toy, tmp_path):
    common = {"tokenizer": toy.tokenizer, "targets": toy.tokenizer / "train", "corpus": toy.corpus}
    common |= {
        "model": TRANSFORMER,
        "bleu_tokenize": "13a",
        "limits": LengthLimits(),
        "start": None,
        "keep_pruned": False,
    }
    common["training"] = TrainingSettings(updates=3, batch_tokens=200, warmup_updates=1, num_evaluations=1)

    def train(name, seed, loss, teacher=None):
        folder = tmp_path / name
        settings = {"seed": seed, "loss": {loss: {"weight": 1.0}}, "teacher": teacher, "folder": folder}
        return train_model(**common, **settings, state=tmp_path / f"{name}.state")

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
    ("ensemble", "changes", "message"),
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
        ({"ensemble": ["base"]}, {"students": {"a": {"init_from": "both"}}}, "which has no weights of its own"),
        ({"ensemble": ["base"]}, {"prune": {"students": ["both"]}}, "prune its members"),
        (
            {"ensemble": ["base"]},
            {"students": {"a": {"model": "small", "teacher": "both", "loss": {"nll": 1.0, "hidden-states": 1.0}}}},
            "hidden-states compares layers of two Transformers",
        ),
    ],
)
def test_invalid_ensembles_are_refused(ensemble, changes, message):
    with pytest.raises(ConfigError, match=message):
        load(BASE | {"teachers": BASE["teachers"] | {"both": ensemble}} | changes)


def test_members_of_different_precision_are_refused():
    teachers = BASE["teachers"] | {"both": {"ensemble": ["base", "one"]}}
    teachers["one"] = teachers["one"] | {"precision": "float32"}
    with pytest.raises(ConfigError, match="differ in `precision`"):
        load(BASE | {"teachers": teachers})
