"""Ordinary uses of Snakemake's options, and odd surroundings: what runs then, and what is said."""

import base64
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from toy_jobs import CORPUS, REPORT, STUDENTS, TEACHER, retrained, trained
from workflow_place import Place, copy, new

MEASURED = ("translate", "teacher_agreement", "score", "measure_speed")
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
    "--forcerun and --until, where jobs of the rule are made from one another": (
        ("-R", "train_student", "--until", "train_student"), {f"train_student/{name}/1" for name in STUDENTS}
    ),
    "--forcerun and --omit-from": (
        ("-R", "train_student", "--omit-from", "score"),
        {job for job in trained(*STUDENTS) | retrained(0.5, 0.8) if not job.startswith(("score", "report"))},
    ),
    "--until a rule that others of its jobs wait for": (
        ("-R", "train_teacher", "--until", "length_penalty"),
        {job for job in TEACHER if not job.startswith((*MEASURED, "report"))},
    ),
    "--allowed-rules": (("--allowed-rules", "train_student"), set()),
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


def test_until_a_rule_makes_all_its_jobs_from_nothing(tmp_path: Path) -> None:
    """Students that start from others are made after these, which --until does not stop before."""
    place = new(tmp_path)
    made = {job for job in place.dry_run("--until", "train_student") if job.startswith("train_student/")}
    assert made == {f"train_student/{name}/1" for name in STUDENTS}


def test_touch_and_unlock_hide_nothing(place: Place) -> None:
    """Of an edit, and of a job that was killed."""
    place.edit_config(lambda config: config["students"]["js"].update(learning_rate=0.02))
    model = "results/students/word-kd/1/manifest.json"
    (place.work / model).unlink()
    mark = place.work / ".snakemake/incomplete" / base64.urlsafe_b64encode(model.encode()).decode()
    mark.write_text('{"external_jobid": null}', encoding="utf-8")
    for options in (("--unlock",), ("--touch", "--cores", "1")):
        place.snakemake(*options)
    assert place.dry_run("--rerun-incomplete") == trained("js", "word-kd")


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


def test_a_run_behind_links_with_a_strict_umask_and_odd_folders(tmp_path: Path) -> None:
    """A linked clone, linked results, folders and texts with blanks, quotes, braces and letters outside ASCII, line
    ends of Windows."""
    place = new(tmp_path)
    odd, clone = tmp_path / "ein \"q' ü 名 $(x) {y} 50%;", tmp_path / "clone \"q' ü $HOME 50% %s;"
    place.work.rename(odd)
    place.clone.rename(clone)
    (tmp_path / "link").symlink_to(clone)
    (tmp_path / "elsewhere").mkdir()
    (odd / "results").symlink_to(tmp_path / "elsewhere")
    for name in ("toy.yaml", "train.xx", "train.yy"):
        text = (odd / name).read_text(encoding="utf-8")
        (odd / name).write_text(text, encoding="utf-8-sig", newline="\r\n")
    there = Place(tmp_path / "link", odd)
    texts = {"src": "a b'c\"d$(e);{f}%s.xx", "tgt": "-ü名*[x]~.yy"}
    for side, name in texts.items():
        (odd / f"train.{'xx' if side == 'src' else 'yy'}").rename(odd / name)
    there.edit_config(lambda config: config["corpus"].update(train=texts))
    shutil.move(odd / "toy.yaml", odd / "config.yaml")
    before = os.umask(0o077)
    try:
        done = there.snakemake("results/tokenizer/manifest.json", "--cores", "1")
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "elsewhere/tokenizer/manifest.json").stat().st_mode & 0o077 == 0
    assert there.dry_run("results/tokenizer/manifest.json") == set()
    assert Place(clone, odd).dry_run("results/tokenizer/manifest.json") == set()


@pytest.mark.parametrize("version", ["3.12", "3.13", "3.14"])
def test_another_python_plans_the_same_jobs(work: Place, version: str) -> None:
    python = shutil.which(f"python{version}") or ""
    if not python or subprocess.run([python, "-c", "import snakemake, langcodes, sacrebleu"], check=False).returncode:
        pytest.skip(f"no Python {version} with the requirements here")
    done = subprocess.run([python, *work.command("-n")[1:]], cwd=work.work, capture_output=True, text=True, check=False)
    assert "Nothing to be done" in done.stdout + done.stderr


ONE_KEY = "91a16a2710fb6424"


def test_code_has_one_key_in_every_python(tmp_path: Path) -> None:
    """repr() writes a character as it is or as an escape, by the Unicode that this Python knows."""
    from seqkd.pipeline.graph.fingerprint import Code

    (tmp_path / "a.py").write_text('RANGE = "[\u3000-\U000323af]"\nWORD = "größe"\n', encoding="utf-8")
    here = Code(tmp_path).digest("a.py")
    assert here == ONE_KEY
