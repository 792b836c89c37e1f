"""Remarks on lengths, from measurements that a person can check."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from seqkd.analysis.results import SCORES, Results
from seqkd.analysis.scored_model import ScoredModel
from seqkd.report.length_remarks import length_penalties, remarks_on_length
from seqkd.utils.manifest import Manifest

TEACHER = ScoredModel.from_dict(
    {"system": "base", "kind": "teacher", "model": "large", "seed": 1, "path": "teachers/base/1"}
)
TEACHER = ScoredModel.from_dict(vars(TEACHER) | {"test_sets": ["news"]})


def student(name: str, seed: int = 1) -> ScoredModel:
    place = {"model": "small", "seed": seed, "path": f"students/{name}/{seed}", "test_sets": ["news"]}
    return ScoredModel.from_dict({"system": name, "kind": "student", "teacher": "base"} | place)


def results(*measured: tuple, targets: dict[str, float] | None = None, chosen: bool = True) -> Results:
    """``measured``: a system, its greedy BLEU and length ratio, beam BLEU, length ratio and penalty."""
    rows = []
    for model, bleu, ratio, beam_bleu, beam_ratio, penalty in measured:
        keys = {"system": model.system, "kind": model.kind, "path": model.path, "test_set": "news"}
        rows.append(keys | {"decoding": "greedy", "bleu": bleu, "length_ratio": ratio})
        beam = {"decoding": "beam-5", "bleu": beam_bleu, "length_ratio": beam_ratio, "length_penalty": penalty}
        rows.append(keys | beam)
    facts = {f"targets/base/1/{kind}/manifest.json": {"length_ratio": ratio} for kind, ratio in (targets or {}).items()}
    facts |= {"teachers/base/1/search/beam-5-max-2-10/manifest.json": {}} if chosen else {}
    manifests = {path: Manifest({}, "", {}, {}, of_path) for path, of_path in facts.items()}
    frame = pd.DataFrame(rows).reindex(columns=["system", "kind", "path", "test_set", *SCORES])
    return Results(Path(), [model for model, *_ in measured], frame, pd.DataFrame(), {}, manifests, pd.DataFrame())


def test_all_well_is_silence():
    content = results(
        (TEACHER, 25, 0.98, 26, 0.97, 1.0), (student("a"), 20, 0.97, 20, 0.97, 1.0), targets={"seq-kd": 0.97}
    )
    assert remarks_on_length(content) == []


def test_short_targets_are_named_with_the_next_step():
    (remark,) = remarks_on_length(results((TEACHER, 25, 1, 26, 1, 0.0), targets={"seq-kd": 0.88, "seq-inter": 0.98}))
    assert "seq-kd by base (seed 1) have 12 % fewer subwords" in remark
    assert "decode.search.length_penalty" in remark


def test_a_beam_below_greedy_search_is_named_by_its_mean_over_seeds():
    content = results((student("a"), 20, 1, 19, 0.8, 0), (student("a", 2), 20, 1, 20, 0.9, 0))
    (remark,) = remarks_on_length(content)
    assert "a (BLEU 19.5, greedy 20.0; length ratio 0.85, greedy 1.00)" in remark
    assert "score.search.length_penalty" in remark
    assert remarks_on_length(results((student("a"), 20, 1, 19, 1, 0), (student("a", 2), 20, 1, 21, 1, 0))) == []


def test_what_only_rounding_would_show_is_not_named():
    assert remarks_on_length(results((student("a"), 20, 1, 19.96, 1, 0))) == []


@pytest.mark.parametrize("other", [{"kind": "pruned"}, {"test_set": "later"}])
def test_only_unpruned_models_on_the_first_test_set_count(other):
    content = results((TEACHER, 25, 1, 25, 1, 1.0), (student("a"), 20, 1, 20, 1, 1.0))
    greedy = content.scores["decoding"] == "greedy"
    worse = content.scores.assign(bleu=content.scores["bleu"].where(greedy, 1.0), **other)
    worse["length_ratio"] = worse["length_ratio"].where(worse["kind"] == "teacher", 0.5)
    both = replace(content, scores=pd.concat([content.scores, worse], ignore_index=True))
    assert remarks_on_length(both) == []


def test_students_shorter_than_their_teacher_are_named():
    content = results(
        (TEACHER, 25, 0.98, 26, 1, 1), (student("a"), 20, 0.9, 21, 1, 1), (student("b"), 20, 0.97, 21, 1, 1)
    )
    (remark,) = remarks_on_length(content)
    assert "a 0.90 (base 0.98)" in remark and "b 0.97" not in remark


def test_penalties_are_listed_with_their_systems():
    measured = [(TEACHER, 1, 1, 1, 1, 1.0), (student("a"), 1, 1, 1, 1, 1.2), (student("a", 2), 1, 1, 1, 1, 1.2)]
    assert length_penalties(results(*measured)) == "1 for base; 1.2 for a (chosen for each model on dev)"
    assert length_penalties(results(*measured[::-1])) == "1 for base; 1.2 for a (chosen for each model on dev)"
    other = results(*measured).scores.assign(test_set="later", length_penalty=0.4)
    both = replace(results(*measured), scores=pd.concat([results(*measured).scores, other], ignore_index=True))
    assert length_penalties(both) == length_penalties(results(*measured))
    assert length_penalties(results((TEACHER, 1, 1, 1, 1, 0.0), chosen=False)) == "0 for all"
    assert length_penalties(results(chosen=False)) == ""
