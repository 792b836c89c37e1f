"""The smallest experiment, every setting at its least: a student that fails while the others finish, and the page.

It runs twice, both times with a strict umask and without UTF-8: once with the failure, and once it is mended, from a
clone that cannot be written to.
"""

import csv
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from workflow_place import Place, new

from seqkd.config import load
from seqkd.utils.errors import UserError

SMALLEST = yaml.safe_load("""
corpus: {source: captions, train_pairs: 60, dev_pairs: 1, test_pairs: 1}
tokenizer: {vocab_size: 200}
models:
  large: {encoder_layers: 1, decoder_layers: 1, dim: 2, ffn_dim: 1, heads: 1}
  small: {architecture: lstm, layers: 1, dim: 2}
training: {updates: 1, warmup_updates: 0, num_evaluations: 1, batch_tokens: 200, precision: float32}
teachers:
  base: {model: large}
decode: {search: {beam: 1, length_penalty: 0}, n_best: {size: 1, fraction: 0.017}, shard_size: 1}
students:
  baseline: {model: small}
  mine: {model: small, targets: seq-inter, loss: mine.py}
prune: {students: [baseline], sparsities: [0.999]}
score: {search: {beam: 2, length_penalty: 0}, teacher_agreement_sentences: 1}
speed: {enabled: false}
truth: {sources: 2, samples: 2}
report: {resamples: 10000}
""")
SYSTEMS = [
    "teachers/base/1",
    "students/baseline/1",
    "pruned/baseline/0.999/1/pruned",
    "pruned/baseline/0.999/1/finetuned",
]
MINE = {
    "train_student/mine/1",
    "translate/students/mine/1/test",
    "teacher_agreement/students/mine/1/test",
    "score/students/mine/1/test",
    "compare_to_truth/students/mine/1",
    "report/report",
}
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""The locale without UTF-8, and Python kept from using UTF-8 nevertheless."""
MADE_READ_ONLY = """
mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && ! touch "$0/Snakefile" && exec "$@"
"""


@dataclass(frozen=True)
class Runs:
    """What the first run said and made, the jobs that the mend then takes, and the second run."""

    place: Place
    failed: subprocess.CompletedProcess[str]
    made: set[str]
    jobs: set[str]
    mended: subprocess.CompletedProcess[str]
    is_read_only: bool


def run(command: list[str], place: Place) -> subprocess.CompletedProcess[str]:
    variables = os.environ | ASCII | {"OMP_NUM_THREADS": "1"}
    settings = {"capture_output": True, "encoding": "utf-8", "errors": "replace", "timeout": 600, "check": False}
    return subprocess.run(command, cwd=place.work, env=variables, umask=0o077, **settings)


def read_only(clone: Path) -> list[str] | None:
    """Make it read-only for what is run by this command; None where root, who may write anywhere, may not mount."""
    if os.geteuid():
        for path in [clone, *clone.rglob("*")]:
            path.chmod(path.stat().st_mode & ~0o222)
        return ["env"]
    mounted = ["unshare", "--mount", "sh", "-c", MADE_READ_ONLY, str(clone)]
    may_mount = shutil.which("unshare") and subprocess.run([*mounted, "true"], check=False).returncode == 0
    return mounted if may_mount else None


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    place = new(tmp_path_factory.mktemp("smallest"))
    place.config.write_text(yaml.safe_dump(SMALLEST, sort_keys=False), encoding="utf-8")
    loss = (place.clone / "seqkd/losses/nll.py").read_text(encoding="utf-8")
    line = "    logits, log_z"
    (place.work / "mine.py").write_text(loss.replace(line, f"    raise RuntimeError('größer')\n{line}"), "utf-8")
    command = place.command("results/report.html", "--cores", "2", "--keep-going")
    failed = run(command, place)
    made = {file.parent.relative_to(place.results).as_posix() for file in place.results.rglob("manifest.json")}
    (place.work / "mine.py").write_text(loss, encoding="utf-8")
    jobs = place.dry_run()
    before = read_only(place.clone)
    return Runs(place, failed, made, jobs, run([*(before or []), *command], place), before is not None)


def test_what_does_not_depend_on_a_failed_student_is_finished(runs: Runs) -> None:
    assert runs.failed.returncode == 1
    assert "targets/base/1/seq-inter" in runs.made and "students/mine/1" not in runs.made
    assert {f"scores/{system}/test" for system in SYSTEMS} | {"truth/students/baseline/1"} <= runs.made
    assert "report" not in runs.made


def test_a_failed_student_is_named_with_its_log(runs: Runs) -> None:
    said = runs.failed.stdout + runs.failed.stderr
    (line,) = [line for line in said.splitlines() if line.startswith("train_student: RuntimeError")]
    assert line.endswith("(details in results/logs/train_student/mine/1.log)")


def test_a_mend_of_the_student_runs_it_and_what_was_waiting_for_it(runs: Runs) -> None:
    assert runs.jobs == MINE
    assert runs.mended.returncode == 0, runs.mended.stdout + runs.mended.stderr
    assert runs.place.dry_run() == set()


def test_a_clone_may_be_read_only(runs: Runs) -> None:
    if not runs.is_read_only:
        pytest.skip("root may write anywhere, and mounting is not allowed here")
    assert runs.mended.returncode == 0, runs.mended.stdout + runs.mended.stderr


def test_a_strict_umask_holds_for_every_result(runs: Runs) -> None:
    files = [file for file in runs.place.results.rglob("*") if not file.is_symlink()]
    assert len(files) > 50
    assert [file for file in files if file.stat().st_mode & 0o077] == []


def table(runs: Runs, name: str) -> list[dict[str, str]]:
    with (runs.place.results / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(runs: Runs) -> str:
    markup = (runs.place.results / "report.html").read_text(encoding="utf-8")
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", markup, flags=re.DOTALL).split())


def test_its_page_shows_numbers_or_nothing(runs: Runs) -> None:
    assert re.findall(r"\b(?:nan|NaN|None|inf|undefined)\b", page(runs)) == []
    scores = table(runs, "scores.csv")
    cells = {cell.lower() for row in [*scores, *table(runs, "report/comparisons.csv")] for cell in row.values()}
    assert not cells & {"nan", "inf", "-inf", "none"}
    assert len(scores) == 10 and all(0 <= float(row["bleu"]) <= 100 for row in scores)


def test_its_page_gives_no_verdict(runs: Runs) -> None:
    assert "No verdict: test has too little text for one." in page(runs)
    assert "test: 1 sentence, at least 30 are needed." in page(runs)


def test_few_weights_are_counted_and_not_rounded_to_none(runs: Runs) -> None:
    (number,) = {row["nonzero_parameters"] for row in table(runs, "scores.csv") if float(row["sparsity"])}
    assert 0 < int(number) < 50
    assert f"baseline 99.9 % {number} " in page(runs)


REFUSED = {
    "a beam of one, measured anyway": (("score", "search", {"beam": 1}), "score.search.beam: found 1, which is greedy"),
    "no sentence for n-best lists": (
        ("decode", "n_best", {"fraction": 0.016}),
        "decode.n_best.fraction: 0.016 of 60 training pairs is less than one; write at least 0.0167",
    ),
    "nothing left after pruning": (("prune", "sparsities", [1.0]), "prune.sparsities"),
    "no update": (("training", "updates", 0), "training.updates: found 0"),
}


@pytest.mark.parametrize(("change", "line"), REFUSED.values(), ids=REFUSED)
def test_less_than_the_least_is_refused_before_work(change: tuple[str, str, object], line: str) -> None:
    section, key, value = change
    students = {"baseline": {"model": "small"}, "seq-inter": {"model": "small", "targets": "seq-inter"}}
    config = SMALLEST | {"students": students}
    with pytest.raises(UserError) as refused:
        load(config | {section: SMALLEST[section] | {key: value}})
    assert line in str(refused.value) and len(str(refused.value).splitlines()) == 1
