"""Jobs that need a known truth: only for its corpus, and run again exactly when something they read is edited."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from workflow_place import ROOT, TOY, new

from seqkd.config import ConfigError, load
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.plan import Plan
from seqkd.utils.manifest import read, verify

CAPTIONS = {"source": "captions"}
STUDENTS = yaml.safe_load(TOY.read_text(encoding="utf-8"))["students"]
UNPRUNED = ["teachers/base/1", *(f"students/{name}/1" for name in STUDENTS)]
TRUTHS = {f"truth/{path}" for path in UNPRUNED}
ORACLES = {"oracle_scores/test"}
SAMPLED = TRUTHS | {f"{folder}/{path}/test" for folder in ("teacher_agreement", "scores") for path in UNPRUNED}
SAMPLED |= {"decode/base/1/samples", "targets/base/1/samples", "students/js/1", "speed/students/js/1", "report"}
SAMPLED |= {"students/js/1/search/beam-2-max-2-10", "translations/students/js/1/test"}


def keys(root: Path = ROOT, **sections: object) -> dict[str, str]:
    """Every step's key; a section given replaces the toy's."""
    content = yaml.safe_load(TOY.read_text(encoding="utf-8")) | {"corpus": CAPTIONS} | sections
    plan = Plan(load(content), Code(root), lambda paths: {str(path): "0" for path in paths})
    return {path: step.key for path, step in plan.steps.items()}


def changed(before: dict[str, str], now: dict[str, str]) -> set[str]:
    return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}


def measured(paths: set[str]) -> set[str]:
    return {path for path in paths if path.split("/")[0] in ("truth", "oracle_scores")}


@pytest.fixture(scope="module")
def plain() -> dict[str, str]:
    return keys()


def test_every_unpruned_model_is_held_against_the_truth_once(plain: dict[str, str]) -> None:
    assert measured(set(plain)) == TRUTHS | ORACLES


def test_no_other_corpus_has_such_jobs() -> None:
    for file in (TOY, ROOT / "config.yaml", ROOT / "configs" / "multi30k-de-en.yaml"):
        steps = Plan(load(file), Code(ROOT), lambda paths: {str(path): "0" for path in paths}).steps
        assert not measured(set(steps)), file


def test_the_section_goes_with_its_corpus_alone() -> None:
    content = yaml.safe_load(TOY.read_text(encoding="utf-8")) | {"truth": {"samples": 3}}
    with pytest.raises(ConfigError, match=r"truth: found with `corpus\.source: files`; .* only known for `captions`"):
        load(content)


@pytest.mark.parametrize(
    ("sections", "touched"),
    [
        ({"truth": {"samples": 51}}, TRUTHS | {"report"}),
        ({"truth": {"seed": 2}}, TRUTHS | ORACLES | {"report"}),
        ({"truth": {"samples": 50}}, set()),
        ({"report": {"title": "Another"}}, {"report"}),
        ({"speed": {"enabled": False}}, {f"speed/{path}" for path in UNPRUNED} | {"speed/pruned", "report"}),
    ],
    ids=["samples", "seed", "a default written out", "title", "no speed"],
)
def test_an_edit_of_the_config_touches_what_reads_it(
    plain: dict[str, str], sections: dict[str, object], touched: set[str]
) -> None:
    found = changed(plain, keys(**sections))
    assert {"speed/pruned" if path.startswith("speed/pruned/") else path for path in found} == touched


def test_one_students_edit_touches_its_own_truth_alone(plain: dict[str, str]) -> None:
    students = yaml.safe_load(TOY.read_text(encoding="utf-8"))["students"]
    students["word-kd"]["learning_rate"] = 0.02
    assert measured(changed(plain, keys(students=students))) == {"truth/students/word-kd/1"}


@pytest.mark.parametrize(
    ("file", "before", "after", "touched"),
    [
        ("seqkd/scoring/true_distribution.py", "def compare(", "LATEST = 1\n\n\ndef compare(", TRUTHS | {"report"}),
        ("seqkd/scoring/oracle_scores.py", "AVERAGED = (", "LATEST = 1\nAVERAGED = (", ORACLES | {"report"}),
        ("seqkd/decoding/sampling.py", "def inverse_cdf_sample(", "LATEST = 1\n\n\ndef inverse_cdf_sample(", SAMPLED),
        ("seqkd/scoring/true_distribution.py", '"""One model', '"""A single model', set()),
        ("seqkd/report/truth.html.jinja", "<h3>", "<h3 >", {"report"}),
    ],
    ids=["the measurement", "the oracle scores", "sampling", "a docstring", "the section's template"],
)
def test_an_edit_of_the_code_touches_what_runs_it(
    plain: dict[str, str], tmp_path: Path, file: str, before: str, after: str, touched: set[str]
) -> None:
    for part in ("seqkd", "workflow"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / file).write_text(text.replace(before, after, 1), encoding="utf-8")
    assert changed(plain, keys(tmp_path)) == touched


@pytest.mark.parametrize(("config", "jobs"), [("configs/captions.yaml", True), ("config.yaml", False)])
def test_a_dry_run_announces_them(tmp_path: Path, config: str, jobs: bool) -> None:
    command = [sys.executable, "-m", "snakemake", "-n", "--directory", str(tmp_path), "--configfile", config]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    logs = set(re.findall(r"\(follow it in results/logs/((?:compare_to_truth|oracle_scores)/\S+)\.log\)", said))
    systems = load(ROOT / config)
    wanted = len(systems.teachers) + len(systems.students) * len(systems.seeds) + 1
    assert len(logs) == (wanted if jobs else 0)


def tiny(config: dict) -> None:
    """The toy config as one of the corpus whose truth is known, with an ensemble and a student that learns from it."""
    config |= {"corpus": CAPTIONS | {"train_pairs": 60, "dev_pairs": 5, "test_pairs": 12}, "prune": {}}
    config["teachers"] = {"base": config["teachers"]["base"] | {"seeds": [1, 2]}, "both": {"ensemble": ["base"]}}
    both = {"nll": 0.5, "word-kd": 0.5}
    config["students"] = {"taught": {"model": "small", "teacher": "both", "targets": "seq-kd+gold", "loss": both}}
    config["decode"]["shard_size"] = 100
    config |= {"tokenizer": {"vocab_size": 200}, "truth": {"sources": 6, "samples": 4}, "speed": {"enabled": False}}


@pytest.mark.slow
def test_the_jobs_run_and_then_have_nothing_to_do(tmp_path: Path) -> None:
    place = new(tmp_path)
    place.edit_config(tiny)
    done = place.snakemake("results/report.html", "--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    results = place.work / "results"
    facts = read(results / "truth/teachers/base/1/manifest.json").facts
    assert facts["sources"] == 6 and 0 < facts["enumerated"] <= 6
    assert verify(results / "oracle_scores/test/manifest.json").facts["sentences"] == 12
    assert "This corpus is synthetic." in (results / "report.html").read_text(encoding="utf-8")
    assert (results / "report/truth.csv").read_text(encoding="utf-8").count("\n") == 5
    assert read(results / "teachers/both/1/manifest.json").facts["members"] == 2
    assert read(results / "targets/both/1/seq-kd+gold/manifest.json").facts["pairs"] == 120
    assert place.dry_run() == set()
    place.edit_config(lambda config: config["truth"].update(samples=5))
    models = ("teachers/base/1", "teachers/base/2", "teachers/both/1", "students/taught/1")
    assert place.dry_run() == {f"compare_to_truth/{model}" for model in models} | {"report/report"}
