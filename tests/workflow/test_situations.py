"""Ordinary uses of Snakemake's options, and odd surroundings: what runs then, and what is said."""

import json
import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from test_reruns import CORPUS, REPORT, STUDENTS, retrained, trained
from workflow_place import Place, copy, new

from seqkd.config.yaml_file import load_yaml
from seqkd.utils.errors import UserError

SEQ_KD = trained("seq-kd", "seq-inter") | retrained(0.5, 0.8)
FINISHED: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "--until": (("--until", "train_student"), set()),
    "--omit-from": (("--omit-from", "measure_speed"), set()),
    "--forcerun of a rule": (("--forcerun", "train_student"), trained(*STUDENTS) | retrained(0.5, 0.8)),
    "--forcerun of the checkpoint": (("-R", "corpus"), CORPUS),
    "--forcerun of a file": (("-R", "results/students/seq-kd/1/model.safetensors"), SEQ_KD),
    "--forcerun of the page": (("-R", "results/report.html"), REPORT),
    "--force": (("--force", "results/students/js/1/manifest.json"), {"train_student/js/1"}),
    "--batch": (("--batch", "report=1/2"), set()),
    "--config": (("--config", "title=another"), REPORT),
    "--config of a nested key": (("--config", 'students={"js": {"learning_rate": 0.02}}'), trained("js")),
    "two files for --configfile": (("--configfile", "toy.yaml", "over.yaml"), trained("js")),
    "all triggers": (("--rerun-triggers", "code", "input", "mtime", "params", "software-env"), set()),
    "many at once": (
        ("--cores", "all", "--nolock", "--notemp", "--keep-going", "--ignore-incomplete", "--rerun-incomplete",
         "--shadow-prefix", "shadow", "--target-files-omit-workdir-adjustment", "--printshellcmds"),
        set(),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def work(finished: Place) -> Place:
    """The finished run, which is only looked at, with a second config beside it and files named like rules."""
    (finished.work / "over.yaml").write_text("students: {js: {learning_rate: 0.02}}\n", encoding="utf-8")
    for rule in ("all", "corpus", "train_student"):
        (finished.work / rule).touch()
    return finished


@pytest.mark.parametrize(("options", "jobs"), FINISHED.values(), ids=FINISHED)
def test_an_option_runs_what_it_says(work: Place, options: tuple[str, ...], jobs: set[str]) -> None:
    assert work.dry_run(*options) == jobs
    assert work.said.count("Job stats:") == bool(jobs)


SURROUNDINGS = {
    "a time zone": {"TZ": "Pacific/Kiritimati"},
    "a locale without UTF-8": {"LC_ALL": "POSIX", "LANG": "C"},
    "no home": {"HOME": ""},
}


@pytest.mark.parametrize("variables", SURROUNDINGS.values(), ids=SURROUNDINGS)
def test_surroundings_rerun_nothing(work: Place, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    assert work.dry_run() == set()


PRINTED = {
    "--list": r"all \(Everything, up to the report\.\)\ncache_teacher_topk \(",
    "--summary": r"output_file\tdate\trule\t",
    "--dag": r"digraph snakemake_dag \{",
    "--rulegraph": r"digraph snakemake_dag \{",
    "--filegraph": r"digraph snakemake_dag \{",
}


@pytest.mark.parametrize(("option", "beginning"), PRINTED.items())
def test_what_is_made_for_a_pipe_holds_nothing_else(work: Place, option: str, beginning: str) -> None:
    done = work.snakemake(option)
    assert done.returncode == 0, done.stderr
    assert re.match(beginning, done.stdout)
    assert "graph" not in option or done.stdout.endswith("}\n") or done.stdout.rstrip().endswith("}")


def test_snakemakes_report_shows_page_tables_and_plots(work: Place, tmp_path: Path) -> None:
    done = work.snakemake("--report", str(tmp_path / "all.zip"))
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        names = {name.rsplit("/", 1)[1]: name for name in archive.namelist()}
        text = archive.read("all/report.html").decode("utf-8")
    plots = ("bleu-against-speed-batched", "bleu-against-speed-single", "pruning", "training-loss", "training-dev-bleu")
    tables = ("scores", "speed", "comparisons")
    assert names.keys() == {"report.html", *(f"{name}.svg" for name in plots), *(f"{name}.csv" for name in tables)}
    for shown in ("comparisons with the baseline", "BLEU against sparsity", "Page", "Tables", "Plots"):
        assert json.dumps(shown) in text
    assert work.snakemake("--report", str(tmp_path / "all.html")).returncode == 0


def test_all_output_can_be_deleted(finished: Place, tmp_path: Path) -> None:
    place = copy(finished, tmp_path)
    done = place.snakemake("--delete-all-output", "--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    left = {file.relative_to(place.results).parts[0] for file in place.results.rglob("*") if file.is_file()}
    assert left <= {".state", "logs", "benchmarks"}
    assert (place.work / "train.xx").is_file()


CONFIGS = {
    "a link to nowhere": (
        lambda folder: (folder / "config.yaml").symlink_to("gone.yaml"), "config.yaml: cannot be read (No such file"
    ),
    "another ending": (
        lambda folder: (folder / "config.yml").write_text("title: x\n"),
        "config.yml: is not read. Rename it to config.yaml, or give --configfile config.yml.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "line"), CONFIGS.values(), ids=CONFIGS)
def test_a_config_that_is_meant_is_never_passed_over_for_the_default(tmp_path: Path, make, line: str) -> None:
    place = new(tmp_path)
    place.config.unlink()
    make(place.work)
    done = place.snakemake("-n")
    assert done.returncode == 1
    assert line in done.stderr and "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["1e3", "007", "1.5", "null", "true", "2014"])
def test_a_name_that_yaml_takes_for_something_else_needs_quotes(tmp_path: Path, name: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"title: x\nstudents:\n  {name}: {{}}\n", encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(f"config.yaml:3: not YAML as a config needs it: the key {name} is ")):
        load_yaml(file)
    file.write_text(f'students:\n  "{name}": {{}}\n', encoding="utf-8")
    assert load_yaml(file) == {"students": {name: {}}}


@pytest.mark.parametrize("name", ["all", "con", "yes", "results", "0x1"])
def test_a_student_may_have_an_odd_name(tmp_path: Path, name: str) -> None:
    place = new(tmp_path)
    place.edit_config(lambda config: config.update(students={"baseline": {}, name: {}}, prune={}))
    assert f"train_student/{name}/1" in place.dry_run()


def test_a_run_behind_links_with_a_strict_umask_and_an_odd_folder(tmp_path: Path) -> None:
    """A linked clone, linked results, a folder with blanks, quotes and letters outside ASCII, line ends of Windows."""
    place = new(tmp_path)
    odd = tmp_path / "ein \"q' ü 名 $(x)"
    place.work.rename(odd)
    (tmp_path / "link").symlink_to(place.clone)
    (tmp_path / "elsewhere").mkdir()
    (odd / "results").symlink_to(tmp_path / "elsewhere")
    for name in ("toy.yaml", "train.xx", "train.yy"):
        text = (odd / name).read_text(encoding="utf-8")
        (odd / name).write_text(text, encoding="utf-8-sig", newline="\r\n")
    shutil.move(odd / "toy.yaml", odd / "config.yaml")
    there = Place(tmp_path / "link", odd)
    before = os.umask(0o077)
    try:
        done = there.snakemake("results/tokenizer/manifest.json", "--cores", "1")
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "elsewhere/tokenizer/manifest.json").stat().st_mode & 0o077 == 0
    assert there.dry_run("results/tokenizer/manifest.json") == set()
    assert Place(place.clone, odd).dry_run("results/tokenizer/manifest.json") == set()


ONE_KEY = "91a16a2710fb6424"


def test_code_has_one_key_in_every_python(tmp_path: Path) -> None:
    """repr() writes a character as it is or as an escape, by the Unicode that this Python knows."""
    from seqkd.pipeline.graph.fingerprint import Code

    (tmp_path / "a.py").write_text('RANGE = "[\u3000-\U000323af]"\nWORD = "größe"\n', encoding="utf-8")
    here = Code(tmp_path).digest("a.py")
    assert here == ONE_KEY
