"""TA rate, distances of top-k lists, risks and TeacherDist by hand, by models whose distributions are written down."""

import json
import math

import pytest
import torch
from fake_model import FakeModel, Words

from seqkd.decoding.settings import LengthLimits
from seqkd.models import checkpoint
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.scoring import teacher_agreement as measured

LIMITS = LengthLimits(max_length_ratio=1.0, max_length_extra=10)
TEXTS = ["a b", "a c", "d"]
SUBWORDS = Words(TEXTS)


def model(*distributions: dict[str, float]) -> FakeModel:
    return FakeModel(SUBWORDS, list(distributions))


@pytest.mark.parametrize(
    ("one", "other", "edit", "rank"),
    [
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], 0.0, 0.0),
        ([1, 2, 3, 4, 5], [2, 1, 3, 4, 5], 2 / 5, 2 / 5),  # a swap is two substitutions; two words, a place each
        ([2, 3, 4, 5, 6], [1, 2, 3, 4, 5], 2 / 5, (5 + 1 + 1 + 1 + 1) / 5),  # one goes in front, the last one out
        ([6, 7, 8, 9, 10], [1, 2, 3, 4, 5], 1.0, (5 + 4 + 3 + 2 + 1) / 5),
    ],
)
def test_distances_of_two_lists_by_hand(one, other, edit, rank):
    student, teacher = torch.tensor([one] * 2), torch.tensor([other] * 2)
    assert measured.edit_distance(student, teacher).tolist() == pytest.approx([edit] * 2)
    assert measured.rank_distance(student, teacher).tolist() == pytest.approx([rank] * 2)


def test_ta_rate_by_hand():
    """On `a b` + end, teacher forced: they agree on a, not on what follows it, and on the end."""
    student, teacher = model({"a b": 0.4, "a c": 0.6}), model({"a b": 0.9, "a c": 0.1})
    found = measured.agreement(student, teacher, [[4]], SUBWORDS.encode(["a b"]))
    assert found["ta_rate"] == pytest.approx(2 / 3, abs=1e-6)
    same = measured.agreement(teacher, teacher, [[4]], SUBWORDS.encode(["a b"]))
    assert same == {"ta_rate": 1.0, "top5_edit_distance": 0.0, "top5_rank_distance": 0.0}


def test_risks_by_hand():
    """The student always says `a b`, 3 words with the end, which the teacher says once in four times."""
    student, teacher = model({"a b": 1.0}), model({"a b": 0.25, "d": 0.75})
    found = measured.risk(student, teacher, [[4]] * 3, LIMITS, 1)
    assert found == pytest.approx(math.log(4) / 3, abs=1e-5)
    narrow, broad = model({"d": 1.0}), model({"a b": 0.5, "d": 0.5})
    assert measured.risk(narrow, broad, [[4]], LIMITS, 1) == pytest.approx(math.log(2) / 2, abs=1e-5)
    assert measured.risk(narrow, narrow, [[4]], LIMITS, 1) == pytest.approx(0.0, abs=1e-6)


def test_risks_tell_broad_from_narrow_students():
    """The teacher says two things alike: who says one of them covers little, who says more is less likely."""
    teacher = model({"a b": 0.5, "a c": 0.5})
    narrow, broad = model({"a b": 0.999, "a c": 0.001}), model({"a b": 0.3, "a c": 0.3, "d": 0.4})
    sources, references = [[4]] * 200, SUBWORDS.encode(["a b"] * 200)
    of_narrow, of_broad = (
        measured.student_measures(one, teacher, sources, references, LIMITS) for one in (narrow, broad)
    )
    assert of_narrow["likelihood_risk"] < of_broad["likelihood_risk"]
    assert of_narrow["coverage_risk"] > of_broad["coverage_risk"]


def test_distinct_bigrams_by_hand():
    assert measured.distinct_bigrams([["a", "b", "c"], ["a", "b"], ["x"]]) == pytest.approx(100 * 2 / 3)
    assert measured.distinct_bigrams([["x"]]) == 0.0


def test_what_has_one_translation_has_a_fifth_of_distinct_bigrams():
    found = measured.teacher_measures(model({"a b": 1.0}), [[4]], LIMITS, SUBWORDS, "13a")
    assert found == {"teacher_dist": 20.0}


@pytest.fixture
def models(tmp_path):
    """Folders of two models with other weights."""
    settings = TransformerSettings(dim=16, ffn_dim=32, heads=2, encoder_layers=1, decoder_layers=1)
    for seed, name in enumerate(("student", "teacher")):
        torch.manual_seed(seed)
        checkpoint.save(checkpoint.build(settings, 40, 40), settings, (40, 40), tmp_path / name)
    return tmp_path


def test_students_are_compared_with_their_teacher_and_teachers_measured_alone(toy, models):
    def measure(model: str, sentences: int = 3) -> dict:
        stats = measured.measure_teacher_agreement(
            sentences=sentences,
            limits=LengthLimits(),
            bleu_tokenize="13a",
            model=models / model,
            teacher=models / "teacher",
            tokenizer=toy.tokenizer,
            test_set=toy.test_set,
            folder=models / "out",
            precision="float32",
        )
        assert stats == {"sentences": min(8, sentences)}
        return json.loads((models / "out/teacher_agreement.json").read_text())

    student = measure("student")
    assert 0 <= student["ta_rate"] <= 1 and student["likelihood_risk"] > 0 and student["coverage_risk"] > 0
    assert "teacher_dist" not in student
    teacher = measure("teacher", sentences=20)
    assert list(teacher) == ["teacher_dist"] and 0 <= teacher["teacher_dist"] <= 100
