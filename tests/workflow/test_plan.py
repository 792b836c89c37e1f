import re
from pathlib import Path

import pytest
import yaml
from workflow_place import ROOT, TOY, write_texts

from seqkd.config import load
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.plan import Plan
from seqkd.pipeline.graph.step import script_of
from seqkd.pipeline.jobs.resources import usable_cores
from seqkd.pipeline.reruns.corpus_checksums import checksums
from seqkd.pipeline.reruns.settings_diff import settings_diff
from seqkd.utils.errors import UserError


def plan(**sections: object) -> Plan:
    content = yaml.safe_load(TOY.read_text(encoding="utf-8")) | sections
    return Plan(load(content), Code(ROOT), lambda paths: {str(path): "0" for path in paths})


def test_every_step_stands_behind_those_it_needs() -> None:
    seen: set[str] = set()
    for path, step in plan().steps.items():
        assert {upstream.path for upstream in step.upstream.values()} <= seen, path
        seen.add(path)


def rules() -> dict[str, str]:
    """The text of each rule."""
    texts = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "workflow/rules").glob("*.smk"))]
    pattern = re.compile(r"^(?:rule|checkpoint) (\w+):(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
    return {name: body for text in texts for name, body in pattern.findall(text)}


def test_a_rule_declares_all_that_its_steps_read_and_runs_their_script() -> None:
    captions = yaml.safe_load((ROOT / "configs/captions.yaml").read_text(encoding="utf-8"))
    for step in [*plan().steps.values(), *plan(**captions).steps.values()]:
        rule = rules()[step.rule]
        names = set(re.findall(r'step\.upstream\("(\w+)"\)', rule)) | ({"decode"} if "step.shards" in rule else set())
        assert "step.all_upstream" in rule or step.upstream.keys() <= names, step.path
        assert f'"../scripts/{script_of(step.rule)}.py"' in rule


def test_a_student_may_be_listed_before_its_start() -> None:
    students = {"late": {"init_from": "early"}, "early": {}}
    steps = plan(students=students, prune={}).steps
    assert list(steps).index("students/early/1") < list(steps).index("students/late/1")
    assert steps["students/late/1"].upstream["init"] is steps["students/early/1"]


def test_only_decodes_that_a_student_needs_are_planned() -> None:
    paths = plan(students={"one": {"targets": "seq-kd"}}, prune={}).steps
    assert "decode/base/1/beam" in paths
    assert "decode/base/1/n-best" not in paths


def test_original_pairs_are_added_to_what_is_decoded_anyway() -> None:
    targets = ("seq-kd", "seq-kd+gold", "ranked", "ranked+gold")
    steps = plan(students={name: {"targets": name} for name in targets}, prune={}).steps
    decoded = {name: steps[f"targets/base/1/{name}"].upstream["decode"].path for name in targets}
    assert [decoded[name].rsplit("/", 1)[1] for name in targets] == ["beam", "beam", "n-best", "n-best"]


def test_a_seed_learns_from_the_teacher_seed_it_is_told() -> None:
    teachers = {"base": {"model": "large", "seeds": [1, 2]}}
    one = {"targets": "seq-kd", "seeds": [1, 2]}
    steps = plan(teachers=teachers, students={"one": one, "two": one | {"teacher_seed": "same"}}, prune={}).steps
    assert steps["students/one/2"].upstream["targets"].path == "targets/base/1/seq-kd"
    assert steps["students/two/2"].upstream["targets"].path == "targets/base/2/seq-kd"


def test_equal_students_have_equal_keys() -> None:
    steps = plan(students={"one": {}, "two": {"loss": {"nll": 1}}}, prune={}).steps
    assert steps["students/one/1"].key == steps["students/two/1"].key


def test_a_model_s_code_is_that_of_its_architecture() -> None:
    models = {"large": {"dim": 32}, "small": {"architecture": "lstm", "dim": 16}}
    steps = plan(models=models, students={"one": {}, "two": {"model": "large"}}, prune={}).steps
    one, two = steps["students/one/1"], steps["students/two/1"]
    assert one.settings["model"] == {
        "architecture": "lstm", "dim": 16, "dropout": 0.3, "input_feeding": True, "layers": 2
    }  # fmt: skip
    assert one.code != two.code
    assert one.code == Code(ROOT).digest("workflow/scripts/train.py", "seqkd.models.lstm", "seqkd.losses.nll")


def test_students_share_what_is_stored_of_a_teacher_at_their_targets() -> None:
    one = {"loss": "word-kd", "teacher_top_k": 8}
    students = {"one": one, "two": one | {"learning_rate": 0.1}, "three": one | {"targets": "seq-kd"}}
    steps = plan(students=students | {"four": {"loss": "word-kd"}}, prune={}).steps
    names = ("teacher_topk/base/1/gold/8", "teacher_topk/base/1/seq-kd/8")
    assert {name for name in steps if name.startswith("teacher_topk/")} == set(names)
    assert steps["students/one/1"].upstream["teacher_topk"] is steps["students/two/1"].upstream["teacher_topk"]
    assert steps["students/three/1"].upstream["teacher_topk"] is steps[names[1]]
    assert "teacher" not in steps["students/one/1"].upstream
    assert "teacher_topk" not in steps["students/four/1"].upstream
    assert set(steps[names[0]].upstream) == {"teacher", "tokenizer"}
    assert set(steps[names[1]].upstream) == {"teacher", "targets"}


def test_an_ensemble_is_a_teacher_made_of_the_seeds_of_others() -> None:
    teachers = {"base": {"model": "large", "seeds": [1, 2]}, "both": {"ensemble": ["base"]}}
    students = {"one": {"targets": "seq-kd", "teacher": "both"}, "two": {"loss": "word-kd", "teacher": "both"}}
    found = plan(teachers=teachers, students=students, prune={})
    steps = found.steps
    both = steps["teachers/both/1"]
    assert both.rule == "ensemble" and both.settings == {"model": {"architecture": "ensemble"}}
    assert [step.path for step in both.upstream.values()] == ["teachers/base/1", "teachers/base/2"]
    assert steps["targets/both/1/seq-kd"].upstream["decode"].path == "decode/both/1/beam"
    assert steps["decode/both/1/beam"].upstream["model"] is both
    assert steps["decode/both/1/beam"].settings["precision"] == "float32"
    assert steps["students/two/1"].upstream["teacher"] is both
    assert [(row["system"], row["model"]) for row in found.scored][2] == ("both", "2 x large")


def test_rows_of_the_report_follow_the_config() -> None:
    rows = plan().scored
    assert [row["system"] for row in rows] == ["base", *yaml.safe_load(TOY.read_text())["students"], *["seq-kd"] * 4]
    assert [row["teacher"] for row in rows[:6]] == ["", "", *["base"] * 4]
    assert [(row["sparsity"], row["retrained"]) for row in rows[5:8]] == [(0.0, None), (0.5, False), (0.5, True)]
    assert rows[-1]["path"] == "pruned/seq-kd/0.8/1/finetuned"


def test_machine_settings_are_no_part_of_a_step() -> None:
    for step in plan().steps.values():
        assert not {"mem_mb", "cores", "log"} & step.settings.keys()


def test_changes_are_listed_by_key() -> None:
    before = {"settings": {"a": {"b": 1, "c": 2}, "d": [1]}, "code": "x"}
    now = {"settings": {"a": {"b": 3, "e": None}, "d": [1, 2]}, "code": "y"}
    assert list(settings_diff(before, now)) == ["a.b: 1 -> 3", "a.c: 2 -> null", "d: [1] -> [1, 2]", "its code"]


def test_checksums_of_texts_follow_content_not_dates(tmp_path: Path) -> None:
    write_texts(tmp_path)
    results, file = tmp_path / "results", tmp_path / "train.xx"
    results.mkdir()
    first = checksums([file], results)
    file.touch()
    assert checksums([file], results) == first
    file.write_bytes(file.read_bytes().replace(b"a", b"b", 1))
    assert checksums([file], results) != first
    assert (results / ".state/local_files.json").is_file()
    (results / ".state/local_files.json").write_text("[broken")
    assert checksums([file], results) != first
    with pytest.raises(UserError, match=r"no\.xx cannot be read \(No such file or directory\)"):
        checksums([tmp_path / "no.xx"], results)


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, 10**6),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "max 100000\n"}, 10**6),
        ({"cpu.max": "20000 100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 10**6),
        ({"cpu.max": "broken"}, 10**6),
    ],
)
def test_usable_cores_are_cut_by_the_control_group(
    tmp_path: Path, monkeypatch, files: dict[str, str], cores: int
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: range(10**6))
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert usable_cores(tmp_path) == cores
