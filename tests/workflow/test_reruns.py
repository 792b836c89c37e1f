"""Exact reruns: what is edited, and the set of jobs that a dry run then announces. Jobs are named by their logs."""

import base64
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from toy_jobs import (
    CORPUS,
    PRUNED,
    REPORT,
    SAMPLES,
    SCORES,
    SEQ_INTER,
    SEQ_KD,
    SPEEDS,
    STORED,
    STUDENTS,
    TEACHER,
    TOKENIZER,
    TRANSLATIONS,
    UNPRUNED,
    compared,
    penalties,
    retrained,
    shards,
    timed,
    trained,
    translated,
)
from workflow_place import Place, copy

Change = Callable[[dict], object]


def put(path: str, value: object) -> Change:
    """Set one key of the config; ``path`` has its keys, parted by blanks."""

    def change(config: dict) -> None:
        *sections, key = path.split()
        for section in sections:
            config = config.setdefault(section, {})
        config[key] = value

    return change


def extra_test_set(decontaminate: bool) -> Change:
    return put("corpus test_sets extra", {"src": "extra.xx", "tgt": "extra.yy", "decontaminate": decontaminate})


def added_seed(config: dict) -> None:
    config["students"]["word-kd"]["seeds"] = [1, 2]


def with_an_ensemble(config: dict) -> None:
    config["teachers"]["base"]["seeds"] = [1, 2]
    config["teachers"]["both"] = {"ensemble": ["base"]}
    config["students"]["baseline"]["teacher"] = "both"


def reversed_sections(config: dict) -> None:
    for key in reversed(list(config)):
        if key != "students":
            config[key] = config.pop(key)


EXTRA = {"test_set/extra"} | translated(*UNPRUNED, *PRUNED, test_set="extra") | compared(*UNPRUNED, test_set="extra")
NEW = (
    {"train_student/new/1"} | penalties("students/new/1") | translated("students/new/1")
    | compared("students/new/1") | {"measure_speed/students/new/1"}
)  # fmt: skip
ENSEMBLE = {"train_teacher/base/2", "ensemble/both/1", "measure_speed/teachers/both/1"}
for model in ("teachers/base/2", "teachers/both/1"):
    ENSEMBLE |= penalties(model) | translated(model) | compared(model)
ENSEMBLE |= compared("students/baseline/1") | timed("students/baseline/1")
SECOND = {"train_student/word-kd/2"} | penalties("students/word-kd/2")
SECOND |= translated("students/word-kd/2") | compared("students/word-kd/2")

CONFIG: dict[str, tuple[Change, set[str]]] = {
    "one student's learning rate": (put("students word-kd learning_rate", 0.02), trained("word-kd")),
    "a student others build on": (
        put("students seq-kd clip_norm", 2.0), trained("seq-kd", "seq-inter") | retrained(0.5, 0.8)
    ),
    "two values swapped": (put("students word-kd loss", {"nll": 0.6, "word-kd": 0.4}), trained("word-kd")),
    "a loss weight": (put("students word-kd loss word-kd", 0.5), trained("word-kd")),
    "how many words of a teacher are stored": (
        put("students word-kd teacher_top_k", 4), {"cache_teacher_topk/base/1/gold/4"} | trained("word-kd")
    ),
    "a teacher that runs instead of a stored one": (put("students word-kd teacher_top_k", 0), trained("word-kd")),
    "a stored teacher at other targets": (
        put("students word-kd targets", "seq-kd"), {"cache_teacher_topk/base/1/seq-kd/8"} | trained("word-kd")
    ),
    "a student's loss": (put("students baseline loss", "word-kd"), trained("baseline")),
    "teacher size": (put("models large ffn_dim", 64), TEACHER),
    "student size": (
        put("models small ffn_dim", 32), trained(*STUDENTS) | retrained(0.5, 0.8)
    ),
    "beam size, for which n-best lists take the length penalty too": (
        put("decode search beam", 3),
        penalties("teachers/base/1", beam=3) | shards("beam", 3) | shards("n-best", 2) | SEQ_KD | SEQ_INTER,
    ),
    "a length penalty of the teacher that is not chosen on dev": (
        put("decode search length_penalty", 0.6), shards("beam", 3) | shards("n-best", 2) | SEQ_KD | SEQ_INTER
    ),
    "a length penalty of scores that is not chosen on dev": (
        put("score search length_penalty", 1.0), TRANSLATIONS | SPEEDS
    ),
    "a length limit, which holds on dev and wherever a model is used": (
        put("score search max_length_ratio", 3.0),
        {job.replace("max-2-10", "max-3-10") for job in TEACHER | trained("baseline")} | penalties("teachers/base/1"),
    ),
    "n-best size": (put("decode n_best size", 4), shards("n-best", 2) | SEQ_INTER),
    "n-best share": (put("decode n_best fraction", 1.0), shards("n-best", 3) | SEQ_INTER),
    "samples of a sentence": (put("decode samples per_source", 2), shards("samples", 3) | SAMPLES),
    "what is sampled": (put("decode samples seed", 2), shards("samples", 3) | SAMPLES),
    "an objective's own setting": (
        put("students js loss js", {"weight": 0.5, "student_weight": 0.3}), trained("js")
    ),
    "a default of an objective written out, which the page shows": (
        put("students js loss js", {"weight": 0.5, "student_weight": 0.5}), REPORT
    ),
    "shard size": (
        put("decode shard_size", 100),
        shards("beam", 1) | shards("n-best", 1) | shards("samples", 1) | SEQ_KD | SEQ_INTER | SAMPLES,
    ),
    "tokenizer size": (put("tokenizer vocab_size", 38), TOKENIZER),
    "a test set added, which training may hold": (extra_test_set(False), EXTRA),
    "a test set added, which training must not hold": (extra_test_set(True), EXTRA | CORPUS),
    "a cleaning filter": (put("corpus cleaning max_words", 50), CORPUS),
    "a student added": (put("students new", {"learning_rate": 0.005}), NEW),
    "a student removed": (lambda config: config["students"].pop("word-kd"), REPORT),
    "a seed added": (added_seed, SECOND),
    "an ensemble of two teachers": (with_an_ensemble, ENSEMBLE),
    "fine-tuning": (put("fine_tuning updates", 11), trained("seq-inter")),
    "retraining": (
        put("retraining updates", 11),
        {job for job in retrained(0.5, 0.8) if "prune/" not in job and "/1/pruned/" not in job},
    ),
    "a sparsity added": (
        put("prune sparsities", [0.5, 0.8, 0.9]),
        {f"{job}/seq-kd/0.9/1" for job in ("prune", "finetune_pruned")}
        | translated(*(f"pruned/seq-kd/0.9/1/{when}" for when in ("pruned", "finetuned")))
        | penalties(*(f"pruned/seq-kd/0.9/1/{when}" for when in ("pruned", "finetuned")))
        | REPORT,
    ),
    "the beam of scores": (
        put("score search beam", 3), penalties(*UNPRUNED, *PRUNED, beam=3) | TRANSLATIONS | SPEEDS
    ),
    "BLEU's tokenization, which chooses models": (put("score bleu_tokenize", "intl"), TEACHER | trained("baseline")),
    "a further metric": (put("score extra_metrics", ["ter"]), SCORES),
    "how many sentences students and teachers are compared on": (
        put("score teacher_agreement_sentences", 4), compared(*UNPRUNED)
    ),
    "another language with the same tokenization": (put("corpus target_language", "eng"), REPORT),
    "how speed is measured": (put("speed repeats", 2), SPEEDS),
    "no speed": (put("speed enabled", False), REPORT),
    "report title": (put("report title", "Another"), REPORT),
    "the order of sections": (reversed_sections, set()),
    "a default written out": (put("training clip_norm", 1.0), set()),
    "a number written otherwise": (put("training learning_rate", "1e-2"), set()),
}  # fmt: skip


@pytest.mark.parametrize("edit", CONFIG)
def test_config_edit_reruns_exactly_what_it_touches(place: Place, edit: str) -> None:
    change, jobs = CONFIG[edit]
    place.edit_config(change)
    assert place.dry_run() == jobs


WORD_KD = "seqkd/losses/word_kd.py"
LOSS_EDIT = ("return batch.log_z", "return 1.0 * batch.log_z")
TRAININGS = TEACHER | trained("baseline")

CODE: dict[str, tuple[str, str, str, set[str]]] = {
    "a comment in a script": ("workflow/scripts/train.py", "def train", "# a remark\ndef train", set()),
    "a docstring in the library": ("seqkd/training/trainer.py", '"""', '"""Reworded. ', set()),
    "layout": ("seqkd/utils/files.py", "import hashlib\n", "import hashlib\n\n\n\n", set()),
    "the description of a setting": ("seqkd/training/settings.py", "Optimiser steps.", "Steps of Adam.", set()),
    "the version": ("seqkd/__init__.py", '__version__ = "', '__version__ = "9', set()),
    "the workflow's own code": ("seqkd/pipeline/jobs/context.py", "%Y-%m-%d", "%d.%m.%Y", set()),
    "a rule's memory": ("workflow/rules/students.smk", "3000 * attempt", "3500 * attempt", set()),
    "one loss file": (WORD_KD, *LOSS_EDIT, trained("word-kd")),
    "a prefix source": ("seqkd/prefixes/student.py", "student.train()", "student.train(True)", trained("js")),
    "how samples are drawn": (
        "seqkd/decoding/sampling.py", "def inverse_cdf_sample", "LATEST = 1\n\n\ndef inverse_cdf_sample",
        shards("samples", 3) | SAMPLES | compared(*UNPRUNED),
    ),
    "how a teacher is stored": (
        "seqkd/distillation/cache_teacher_topk.py", "SHARD = 2000", "SHARD = 2001", STORED | trained("word-kd")
    ),
    "how a stored teacher is read": (
        "seqkd/distillation/teacher_topk.py", "def starts", "LATEST = 1\n\n\ndef starts", STORED | trained("word-kd")
    ),
    "a loss from a stored teacher": ("seqkd/losses/topk.py", "1e-30", "1e-31", trained("word-kd")),
    "the training loop": ("seqkd/training/trainer.py", "log = logging", "LATEST = 1\nlog = logging", TRAININGS),
    "the Transformer": ("seqkd/models/transformer.py", "import math\n", "import math\n\nLATEST = 1\n", TRAININGS),
    "an architecture that no model has": ("seqkd/models/lstm.py", "WIDTH = 0.1", "WIDTH = 0.2", set()),
    "the script of all trainings": (
        "workflow/scripts/train.py", 'keep_pruned", False', 'keep_pruned", bool()', TRAININGS,
    ),
    "the report's code": ("seqkd/report/make.py", "def make_report", "LATEST = 1\n\n\ndef make_report", REPORT),
    "the page's template": ("seqkd/report/page.html.jinja", "<body", "<!-- new --><body", REPORT),
    "a new key in the report's settings": (
        "seqkd/analysis/settings.py", "    resamples: int",
        '    new: int = Field(3, description="New.")\n    resamples: int', REPORT,
    ),
    "a new key in the speed's settings": (
        "seqkd/scoring/speed_settings.py", "    repeats: int",
        '    new: int = Field(3, description="New.")\n    repeats: int', SPEEDS,
    ),
    "how length penalties are chosen": (
        "seqkd/scoring/length_penalty.py", "log = logging", "LATEST = 1\nlog = logging",
        penalties(*UNPRUNED, *PRUNED) | shards("beam", 3) | shards("n-best", 2) | SEQ_KD | SEQ_INTER
        | TRANSLATIONS | SPEEDS,
    ),
    "how scores are computed": ("seqkd/scoring/score.py", "NO_MODE =", "LATEST = 1\nNO_MODE =", SCORES),
    "how test sets are translated": (
        "seqkd/scoring/translate.py", "FACTS =", "LATEST = 1\nFACTS =", TRANSLATIONS
    ),
    "how students and teachers are compared": (
        "seqkd/scoring/teacher_agreement.py", "TOP = 5", "LATEST = 1\nTOP = 5", compared(*UNPRUNED)
    ),
    "a metric that the config does not name": ("seqkd/scoring/metrics/ter.py", "CJK =", "LATEST = 1\nCJK =", set()),
    "how speed is measured": ("seqkd/scoring/speed.py", "def workloads", "LATEST = 1\n\n\ndef workloads", SPEEDS),
}  # fmt: skip


@pytest.mark.parametrize("edit", CODE)
def test_code_edit_reruns_exactly_what_runs_it(place: Place, edit: str) -> None:
    name, before, after, jobs = CODE[edit]
    place.edit_code(name, before, after)
    assert place.dry_run() == jobs


def test_a_new_loss_file_reruns_nothing(place: Place) -> None:
    losses = place.clone / "seqkd" / "losses"
    shutil.copy(losses / "word_kd.py", losses / "another_kd.py")
    assert place.dry_run() == set()


def test_a_new_metric_reruns_nothing_and_decodes_nothing_when_it_is_named(place: Place) -> None:
    metrics = place.clone / "seqkd" / "scoring" / "metrics"
    shutil.copy(metrics / "ter.py", metrics / "wer.py")
    assert place.dry_run() == set()
    place.edit_config(put("score extra_metrics", ["wer"]))
    assert place.dry_run() == SCORES
    place.edit_code("seqkd/scoring/metrics/wer.py", "CJK =", "LATEST = 1\nCJK =")
    assert place.dry_run() == SCORES


def test_a_finished_run_has_nothing_to_do_within_five_seconds(place: Place) -> None:
    start = time.monotonic()
    assert place.dry_run("results/report.html") == set()
    assert time.monotonic() - start < 5 * max(1.0, os.getloadavg()[0])
    assert "Changed since" not in place.said


def touched(files: Iterable[Path]) -> None:
    """Date the files one minute apart, the last one now."""
    kept = [file for file in files if file.is_file() and ".snakemake" not in file.parts]
    for age, file in enumerate(reversed(kept)):
        os.utime(file, (time.time() - 60 * age,) * 2)


@pytest.mark.parametrize("records", [True, False])
def test_touching_every_file_reruns_nothing(finished: Place, tmp_path: Path, records: bool) -> None:
    place = copy(finished, tmp_path, records=records)
    touched(place.clone.rglob("*"))
    touched(sorted(place.work.rglob("*"), reverse=True))  # results now look older than what they are made from
    assert place.dry_run() == set()


def test_a_branch_switched_there_and_back_reruns_nothing(place: Place) -> None:
    def git(*words: str) -> None:
        person = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
        subprocess.run(["git", *person, *words], cwd=place.clone, check=True, capture_output=True)

    git("init", "-b", "one")
    git("add", ".")
    git("commit", "-m", "one")
    git("switch", "-c", "two")
    place.edit_code("seqkd/training/trainer.py", "log = logging", "LATEST = 1\nlog = logging")
    git("commit", "-am", "two")
    assert place.dry_run() == TRAININGS
    git("switch", "one")
    assert place.dry_run() == set()


def test_a_fresh_clone_with_copied_results_reruns_nothing(finished: Place, tmp_path: Path) -> None:
    place = copy(finished, tmp_path, records=False)
    assert place.dry_run() == set()
    assert "provenance" not in place.said


@pytest.mark.parametrize("edit", ["one student's learning rate", "two values swapped", "n-best size", "tokenizer size"])
def test_copied_results_and_then_an_edit(finished: Place, tmp_path: Path, edit: str) -> None:
    place = copy(finished, tmp_path, records=False)
    change, jobs = CONFIG[edit]
    place.edit_config(change)
    assert place.dry_run() == jobs
    assert "Changed since the results were made" in place.said


def test_records_deleted_and_then_an_edit(place: Place) -> None:
    shutil.rmtree(place.work / ".snakemake")
    place.edit_code(WORD_KD, *LOSS_EDIT)
    assert place.dry_run() == trained("word-kd")
    assert "results/students/word-kd/1: its code" in place.said


def test_what_an_orphan_finished_hides_nothing_after_it(place: Place) -> None:
    """A driver was killed and its job went on to the end: Snakemake still marks the outputs as incomplete."""
    model = "results/students/seq-kd/1/manifest.json"
    mark = place.work / ".snakemake/incomplete" / base64.urlsafe_b64encode(model.encode()).decode()
    mark.write_text('{"external_jobid": null}')
    shutil.rmtree(place.work / "results/students/seq-inter")
    (place.work / "results/report.html").unlink()
    assert place.dry_run("results/report.html") == trained("seq-inter")


def test_an_edited_text_reruns_what_reads_it(place: Place) -> None:
    text = place.work / "dev.yy"
    text.write_text(text.read_text().replace("cat", "tree"))
    assert place.dry_run() == CORPUS


def test_a_damaged_model_is_made_again_with_all_that_reads_it(place: Place) -> None:
    model = place.work / "results/students/word-kd/1/model.safetensors"
    model.write_bytes(model.read_bytes()[:-1])
    assert place.dry_run() == trained("word-kd")
    assert "model.safetensors has another size" in place.said


def test_deleted_intermediate_results_are_not_missed(place: Place) -> None:
    shutil.rmtree(place.work / "results/decode")
    assert place.dry_run() == set()


def test_shards_that_are_no_longer_needed_do_not_stay(place: Place) -> None:
    place.edit_config(put("decode shard_size", 100))
    done = place.snakemake("results/targets/base/1/seq-kd/manifest.json", "--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    left = sorted(file.name for file in (place.work / "results/decode/base/1/beam").iterdir())
    assert left == ["00000.jsonl", "00000.manifest.json"]


def test_an_edit_elsewhere_does_not_spread_into_the_asked_target(place: Place) -> None:
    place.edit_config(put("students word-kd learning_rate", 0.02))
    assert place.dry_run("results/students/seq-kd/1/manifest.json") == set()


def test_an_edit_is_made_for_real_and_then_done(finished: Place, tmp_path: Path) -> None:
    place = copy(finished, tmp_path, records=False)
    other = place.work / "results/students/seq-kd/1/model.safetensors"
    before = other.stat().st_mtime_ns
    place.edit_config(put("students word-kd learning_rate", 0.02))
    done = place.snakemake("results/report.html", "--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 of 8 steps" in done.stdout + done.stderr or "7 of 7 steps" in done.stdout + done.stderr
    assert place.dry_run() == set()
    assert other.stat().st_mtime_ns == before
