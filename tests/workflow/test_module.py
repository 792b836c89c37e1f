"""This workflow as a module of another one: whose config counts, where results are, and that reruns are exact."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from workflow_place import ROOT, Place, copy, new

AROUND = """
configfile: "toy.yaml"

rule first:
    input: "distil/results/report.html", "note.txt"

rule note:
    input: "distil/results/scores.csv"
    output: "note.txt"
    shell: "head -n 1 {input} > {output}"

module seqkd:
    snakefile: "CLONE/Snakefile"
    config: config
    PREFIX

use rule * from seqkd as seqkd_*

onstart:
    print("outer onstart")
"""
EXACT = ("--rerun-triggers", "mtime", "params", "input", "software-env")
TOKENIZER = "distil/results/tokenizer/manifest.json"


def around(place: Place, text: str = AROUND, prefix: str = 'prefix: "distil"') -> None:
    """Write the other workflow, with a package `workflow` of its own beside it."""
    folder = place.work / "workflow"
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").touch()
    text = text.replace("CLONE", str(place.clone)).replace("PREFIX", prefix)
    (folder / "Snakefile").write_text(text, encoding="utf-8")


def snakemake(place: Place, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=place.work,
        env={key: value for key, value in os.environ.items() if key != "SEQKD_CONFIG"} | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def planned(place: Place, *arguments: str) -> set[str]:
    """The jobs of a dry run, by rule and log."""
    done = snakemake(place, "-n", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return set(re.findall(r"\(follow it in (\S+)\.log\)", done.stdout))


def test_a_module_reruns_exactly_what_an_edit_touches_below_its_prefix(finished: Place, tmp_path: Path) -> None:
    """The code of a script has a new date there: with Snakemake's default triggers a line says what that does."""
    place = copy(finished, tmp_path)
    (place.work / "distil").mkdir()
    shutil.move(place.results, place.work / "distil" / "results")
    around(place)
    assert planned(place, *EXACT) == set()
    edited = yaml.safe_load(place.config.read_text(encoding="utf-8"))
    edited["students"]["word-kd"]["learning_rate"] = 0.02
    place.config.write_text(yaml.safe_dump(edited), encoding="utf-8")
    measured = {f"{rule}/students/word-kd/1/test" for rule in ("translate", "teacher_agreement", "score")}
    jobs = {"train_student/word-kd/1", "measure_speed/students/word-kd/1", "report/report"} | measured
    jobs.add("length_penalty/students/word-kd/1/beam-2-max-2-10")
    assert planned(place, *EXACT) == {f"distil/results/logs/{job}" for job in jobs}
    assert "Snakemake's rerun trigger `code` is on" in snakemake(place, "-n").stderr


def test_a_module_runs_below_its_prefix_and_the_other_workflow_keeps_its_own(tmp_path: Path) -> None:
    place = new(tmp_path)
    around(place)
    done = snakemake(place, TOKENIZER, "--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "outer onstart" in done.stdout + done.stderr
    assert (place.work / "distil/results/.state/run.lock").is_file()  # so the module's own onstart ran, too
    assert not place.results.exists()
    content = (place.work / TOKENIZER).read_text(encoding="utf-8")
    assert '"corpus/manifest.json"' in content  # relative to its results, so that these may be moved
    first = re.search(r"^localrule first:|^rule first:", snakemake(place, "-n").stdout, re.MULTILINE)
    assert first, "the other workflow's first rule is no longer its target"
    assert planned(place, TOKENIZER, *EXACT) == set()
    job = ("--target-jobs", "seqkd_tokenizer:", "--allowed-rules", "seqkd_tokenizer", "--force", "--mode", "remote")
    done = snakemake(place, *job, "--no-hooks", "--cores", "1")  # as on a node of a cluster
    assert done.returncode == 0, done.stdout + done.stderr


TWO = """
configfile: "toy.yaml"
module one:
    snakefile: "CLONE/Snakefile"
    config: config
    prefix: "a"
module two:
    snakefile: "CLONE/Snakefile"
    config: config | {"students": {"baseline": {}}, "prune": {}}
    PREFIX
use rule * from one as one_*
use rule * from two as two_*
use rule train_student from two as two_train_student with:
    threads: 2
rule both:
    default_target: True
    input: rules.one_all.input, rules.two_all.input
"""


def test_two_experiments_in_one_workflow_have_a_config_and_a_folder_each(tmp_path: Path) -> None:
    place = new(tmp_path)
    around(place, TWO, 'prefix: "b"')
    jobs = planned(place)
    students = {job for job in jobs if "/train_student/" in job}
    assert len([job for job in students if job.startswith("a/results/")]) == 5
    assert [job for job in students if job.startswith("b/results/")] == ["b/results/logs/train_student/baseline/1"]


SINGLE_PROCESS = 'module seqkd:\n    snakefile: "CLONE/Snakefile"\nuse rule * from seqkd\n'
REFUSED = {
    "two modules, one folder": (
        TWO, 'prefix: "a"', "Modules one and two both write into a/results. Give one of them a prefix."
    ),
    "a part of the results elsewhere": (
        TWO, 'replace_prefix: {"results/students/": "models/"}',
        "module two: replace_prefix moves only a part of results/ (",
    ),
    "a mistake in the config": (
        AROUND.replace("config: config", 'config: config | {"seeds": []}'), "",
        "config of module seqkd: seeds: found []; must have at least 1 item",
    ),
    "a file for a config": (
        AROUND.replace("config: config", 'config: "toy.yaml"'), "",
        "module seqkd: config must be a mapping, found 'toy.yaml'. To pass a file, read it with `configfile:`",
    ),
    "no config, and a wrong one in the folder": (SINGLE_PROCESS, "", "config.yaml: "),
}  # fmt: skip


@pytest.mark.parametrize(("text", "prefix", "line"), REFUSED.values(), ids=REFUSED)
def test_what_a_module_cannot_do_is_said_in_one_line(tmp_path: Path, text: str, prefix: str, line: str) -> None:
    place = new(tmp_path)
    around(place, text, prefix)
    (place.work / "config.yaml").write_text("seeds: []\n", encoding="utf-8")
    done = snakemake(place, "-n")
    assert done.returncode == 1
    assert any(said.startswith(line) for said in done.stderr.splitlines()), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_way_that_the_documents_show_is_the_one_that_is_tried_here() -> None:
    text = (ROOT / "docs/module.md").read_text(encoding="utf-8")
    assert "use rule * from seqkd as seqkd_*" in text and " ".join(EXACT) in text
