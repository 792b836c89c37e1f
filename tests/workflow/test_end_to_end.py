"""The whole workflow on the toy pair, and what a person sees of it at the command line."""

import csv
import json
import os
import re
import signal
import time
from pathlib import Path

import pytest
import yaml
from workflow_place import Place, new

from seqkd.config import load
from seqkd.pipeline.graph.fingerprint import Code
from seqkd.pipeline.graph.plan import Plan
from seqkd.pipeline.graph.step import script_of
from seqkd.utils import manifest

MODELS = 10
"""Teacher, five students, one of them pruned twice and scored before and after retraining."""


def rows(place: Place, name: str) -> list[dict[str, str]]:
    with (place.work / "results" / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_tables_and_page_are_whole(finished: Place) -> None:
    scores, speeds = rows(finished, "scores.csv"), rows(finished, "speed.csv")
    assert len(scores) == MODELS * 2
    assert {row["decoding"] for row in scores} == {"greedy", "beam-2"}
    assert all(0 <= float(row["bleu"]) <= 100 for row in scores)
    assert {row["system"] for row in speeds} == {"base", "baseline", "word-kd", "seq-kd", "seq-inter", "js"}
    page = (finished.work / "results/report.html").read_text(encoding="utf-8")
    assert "seq-inter" in page
    assert len(page) < 5_000_000


def test_every_artefact_has_a_manifest_that_holds(finished: Place) -> None:
    results = finished.work / "results"
    found = list(results.rglob("*manifest.json"))
    assert len(found) > 30
    for path in found:
        content = manifest.verify(path)
        for name, digest in content.inputs.items():
            assert manifest.sha256(results / name) == digest


ELSEWHERE = {"download", "compare_to_truth", "oracle_scores", "ensemble", "import_teacher"}
"""Stages that this config does not have: local files are not downloaded, their truth is not known, and its teacher is
trained and alone; test_truth_jobs.py and test_imported_teacher.py run the others."""


def stages(place: Place) -> set[str]:
    return {file.stem for file in (place.clone / "workflow/scripts").glob("*.py")} - ELSEWHERE


def test_every_job_has_a_log_and_a_benchmark(finished: Place) -> None:
    results = finished.work / "results"
    logs = {file.relative_to(results / "logs").with_suffix("") for file in (results / "logs").rglob("*.log")}
    times = {
        file.relative_to(results / "benchmarks").with_suffix("") for file in (results / "benchmarks").rglob("*.tsv")
    }
    assert logs == times
    assert {script_of(log.parts[0]) for log in logs} == stages(finished)


def test_nothing_of_a_job_stays_behind(finished: Place) -> None:
    left = [file for file in (finished.work / "results/.state").iterdir() if file.name not in ("locks", "run.lock")]
    assert [file for file in left if file.is_dir()] == []
    assert not list((finished.work / "results").rglob("*.part"))


@pytest.mark.parametrize(
    "arguments",
    [("--lint",), ("--rulegraph",), ("-n", "--cores", "1"), ("--summary",), ("--list-rules",)],
    ids=" ".join,
)
def test_ordinary_commands_work(place: Place, arguments: tuple[str, ...]) -> None:
    done = place.snakemake(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_plan_from_nothing_shows_every_stage(tmp_path: Path) -> None:
    place = new(tmp_path)
    scripts = {script_of(job.split("/")[0]) for job in place.dry_run()}
    assert scripts == stages(place)
    assert not (place.work / "results").exists()


def test_the_default_config_is_used_where_none_is_named(tmp_path: Path) -> None:
    place = new(tmp_path)
    place.config.unlink()
    assert "download/bible.db" in place.dry_run()


WRONG = [
    ("studens: {}\n", "toy.yaml: studens: unknown key; did you mean students?"),
    ("title: again\n", "toy.yaml:{last}: not YAML as a config needs it: the key title is written twice"),
]


@pytest.mark.parametrize(("added", "line"), WRONG)
def test_a_mistake_in_the_config_is_one_line(tmp_path: Path, added: str, line: str) -> None:
    place = new(tmp_path)
    place.config.write_text(place.config.read_text() + added)
    done = place.snakemake("-n")
    said = [one for one in done.stderr.splitlines() if not one.startswith("Using workflow specific profile")]
    assert done.returncode == 1
    assert len(said) == 1
    assert line.format(last=len(place.config.read_text().splitlines())) in said[0]
    assert "Traceback" not in done.stdout


def test_a_missing_text_is_one_line(tmp_path: Path) -> None:
    place = new(tmp_path)
    (place.work / "train.xx").unlink()
    done = place.snakemake("-n")
    assert done.returncode == 1
    assert "corpus: train.xx cannot be read (No such file or directory)" in done.stderr
    assert "Traceback" not in done.stderr


def test_values_from_the_command_line_count(place: Place) -> None:
    done = place.snakemake("-n", "--config", "title=Other")
    assert 'results/report: config.title: "Toy" -> "Other"' in done.stderr
    done = place.snakemake("-n", "--config", "titel=Other")
    assert "toy.yaml + --config: titel: unknown key; did you mean title?" in done.stderr


def test_a_mistake_found_by_a_job_is_one_line_in_log_and_terminal(tmp_path: Path) -> None:
    place = new(tmp_path)
    place.edit_config(lambda config: config["tokenizer"].update(vocab_size=5000))
    done = place.snakemake("results/tokenizer/manifest.json", "--cores", "1")
    log = (place.work / "results/logs/tokenizer/tokenizer.log").read_text()
    assert done.returncode == 1
    assert re.search(r"^tokenizer: tokenizer\.vocab_size: 5000", done.stdout + done.stderr, re.MULTILINE)
    assert re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d tokenizer\.vocab_size: 5000", log, re.MULTILINE)
    assert "Traceback" not in done.stdout + done.stderr + log


def test_a_damaged_input_is_refused_by_its_reader(place: Place) -> None:
    """Of equal size and older than its manifest, so that only the checksum can tell."""
    ids = place.work / "results/tokenizer/train/src.ids.npy"
    content = ids.read_bytes()
    ids.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (place.work / "results/tokenizer/manifest.json").touch()
    place.edit_config(lambda config: config["students"]["word-kd"].update(learning_rate=0.02))
    done = place.snakemake("results/students/word-kd/1/manifest.json", "--cores", "1")
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "results/tokenizer/train/src.ids.npy: has changed since it was made (its SHA-256 differs)" in said
    assert (place.work / "results/students/seq-kd/1/manifest.json").exists()


def test_code_edited_during_a_run_is_refused(place: Place) -> None:
    """A job that starts later would run other code than its manifest says."""
    place.edit_code("workflow/scripts/tokenizer.py", '"""Learn', 'LATEST = 1\n"""Learn')
    place.edit_code(
        "workflow/scripts/corpus.py",
        "    return make_corpus",
        "    from pathlib import Path\n\n    script = Path(__file__).with_name('tokenizer.py')\n"
        "    script.write_text(script.read_text().replace('LATEST = 1', 'LATEST = 2'))\n    return make_corpus",
    )
    done = place.snakemake("results/tokenizer/manifest.json", "--cores", "1")
    assert done.returncode == 1
    assert "The code was edited since this run began." in done.stdout + done.stderr


def test_a_config_edited_during_a_run_counts_from_the_next_run_on(tmp_path: Path) -> None:
    place = new(tmp_path)
    place.edit_code(
        "workflow/scripts/corpus.py",
        "    return make_corpus",
        "    from pathlib import Path\n\n    config = Path('toy.yaml')\n"
        "    config.write_text(config.read_text().replace('vocab_size: 40', 'vocab_size: 39'))\n    return make_corpus",
    )
    done = place.snakemake("results/tokenizer/manifest.json", "--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert yaml.safe_load(place.config.read_text())["tokenizer"] == {"vocab_size": 39}
    told = "Edited during this run, which used what it had read at its start: toy.yaml. Run the same command again"
    assert told in done.stderr
    content = json.loads((place.work / "results/tokenizer/manifest.json").read_text())
    assert content["provenance"]["settings"]["vocab_size"] == 40
    assert place.dry_run("results/tokenizer/manifest.json") == {"tokenizer/tokenizer"}


def test_another_seqkd_installed_is_not_taken(tmp_path: Path) -> None:
    place = new(tmp_path)
    other = tmp_path / "other" / "seqkd"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("raise SystemExit('the wrong seqkd')\n")
    done = place.snakemake("results/corpus/manifest.json", "--cores", "1", path=other.parent)
    assert done.returncode == 0, done.stdout + done.stderr


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    place = new(tmp_path)
    first = place.start("results/report.html", "--cores", "1")
    try:
        lock = place.work / "results/.state/run.lock"
        while not lock.exists() or not lock.read_text():
            assert first.poll() is None
            time.sleep(0.1)
        second = place.snakemake("results/report.html", "--cores", "1")
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert second.returncode == 1
    assert second.stderr.rstrip().endswith(
        f"Another run is working here (process {first.pid}). Wait for it or stop it."
    )


def test_a_job_on_another_node_computes_with_the_config_of_its_run(tmp_path: Path, monkeypatch) -> None:
    """There Snakemake reads the Snakefile, and without more ado the config, anew."""
    place = new(tmp_path)
    assert place.snakemake("results/corpus/manifest.json", "--cores", "1").returncode == 0
    began_with = yaml.safe_load(place.config.read_text()) | {"tokenizer": {"vocab_size": 39}}
    monkeypatch.setenv("SEQKD_CONFIG", json.dumps({"data": began_with, "name": "toy.yaml"}))
    job = ("--target-jobs", "tokenizer:", "--allowed-rules", "tokenizer", "--force", "--mode", "remote", "--no-hooks")
    done = place.snakemake(*job, "--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads((place.work / "results/tokenizer/manifest.json").read_text())
    assert content["provenance"]["settings"]["vocab_size"] == 39
    assert place.dry_run("results/tokenizer/manifest.json") == {"tokenizer/tokenizer"}


def test_a_job_on_another_node_refuses_code_that_was_edited_since_its_run_began(tmp_path: Path, monkeypatch) -> None:
    """What it reads of the code itself is newer than what the run planned with."""
    place = new(tmp_path)
    assert place.snakemake("results/corpus/manifest.json", "--cores", "1").returncode == 0
    known = Code(place.clone)
    began_with = yaml.safe_load(place.config.read_text())
    Plan(load(began_with), known, lambda paths: {})
    frozen = {"data": began_with, "name": "toy.yaml", "code": known.digests, "files": {}}
    monkeypatch.setenv("SEQKD_CONFIG", json.dumps(frozen))
    place.edit_code("workflow/scripts/tokenizer.py", '"""Learn', 'LATEST = 2\n"""Learn')
    job = ("--target-jobs", "tokenizer:", "--allowed-rules", "tokenizer", "--force", "--mode", "remote", "--no-hooks")
    done = place.snakemake(*job, "--cores", "1")
    assert done.returncode == 1
    assert "tokenizer: The code was edited since this run began." in done.stdout + done.stderr
