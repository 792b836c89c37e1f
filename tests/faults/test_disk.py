"""A full or a read-only disk: told in one line, nothing half-made stays, and with room the same command goes on."""

import os
import subprocess
from pathlib import Path

import pytest
from disks import FILLER, fill, mount, remove, small_disk
from kills import TARGET, differences
from workflow_place import Place, copy, new

from seqkd.pipeline.jobs.disk_errors import explain_disk_error

WEB = {
    "downloads": {"download": "download"},
    "texts": {"corpus": "corpus", "test_set": "test_sets/test"},
    "tokenizer": {"tokenizer": "tokenizer"},
    "teacher": {"train_teacher": "teachers/base/1"},
    "decodes": {"decode": "decode/base/1/samples"},
    "targets": {"targets": "targets/base/1"},
    "stored teacher": {"cache_teacher_topk": "teacher_topk/base/1/seq-inter/8"},
    "students": {"train_student": "students/samples/1"},
    "translations": {
        "translate": "translations/students/samples/1/test",
        "teacher_agreement": "teacher_agreement/students/samples/1/test",
    },
    "scores": {"score": "scores/students/samples/1/test"},
    "report": {"report": "report"},
}
CAPTIONS = {
    "ensemble": {"ensemble": "teachers/both/1"},
    "seq-kd": {"targets": "targets/base/1/seq-kd"},
    "pruned": {"prune": "pruned/seq-kd/0.8/1/pruned"},
    "retrained": {"finetune_pruned": "pruned/seq-kd/0.8/1/finetuned"},
    "measurements": {
        "measure_speed": "speed/students/seq-kd/1",
        "compare_to_truth": "truth/students/seq-kd/1",
        "oracle_scores": "oracle_scores/test",
    },
}
"""Stages of an experiment that can run side by side, and their artefacts."""
SELECTED = {"stored teacher", "students"}
ROOM = 8192
"""Bytes that are free as a level begins: two blocks, fewer than any job needs."""

EACH = [
    pytest.param(experiment, level, marks=[] if level in SELECTED else pytest.mark.faults_all)
    for experiment, levels in (("web", WEB), ("captions", CAPTIONS))
    for level in levels
]


def manifests(place: Place, folders: list[str]) -> list[str]:
    """Manifests in these folders, as targets."""
    found = [file for folder in folders for file in sorted((place.results / folder).rglob("*manifest.json"))]
    return [file.relative_to(place.work).as_posix() for file in found]


@pytest.mark.parametrize(("experiment", "level"), EACH)
def test_a_full_disk_in_each_stage(undisturbed, tmp_path: Path, experiment: str, level: str) -> None:
    finished, stages = undisturbed(experiment), (WEB | CAPTIONS)[level]
    place = copy(finished, tmp_path)
    targets = manifests(place, list(stages.values()))
    with small_disk(place.results) as disk:
        remove(place, *stages.values(), *(f"logs/{stage}" for stage in stages))
        if "report" in stages:
            (disk / "report.html").unlink()
        fill(disk, ROOM)
        full = place.snakemake(*targets, "--cores", "1", "--keep-going")
        said = full.stdout + full.stderr
        assert full.returncode == 1, said
        for stage in stages:
            told = [line for line in said.splitlines() if line.startswith(f"{stage}: ")]
            line = f"{stage}: the disk is full. Free some space and run the same command again"
            assert told and all(one.startswith(line) for one in told), said
        assert "Traceback" not in said
        assert not [target for target in targets if (place.work / target).exists()]
        assert not list(disk.rglob(".*.part"))  # of a download, a part is kept by another name
        (disk / FILLER).unlink()
        done = place.snakemake(*targets, "--cores", "2")
        assert done.returncode == 0, done.stdout + done.stderr
        assert differences(finished, place) == []


@pytest.mark.faults_all
def test_a_full_disk_where_snakemake_keeps_its_records_too(finished: Place, place: Place) -> None:
    with small_disk(place.work) as disk:
        remove(place, "students/samples/1", "logs/train_student")
        fill(disk, ROOM)
        target = "results/students/samples/1/manifest.json"
        full = place.snakemake(target, "--cores", "1")
        assert full.returncode == 1 and "No space left on device" in full.stdout + full.stderr
        assert not (place.work / target).exists()
        (disk / FILLER).unlink()
        done = place.snakemake(target, "--cores", "1")
        assert done.returncode == 0, done.stdout + done.stderr
        assert differences(finished, place) == []


def test_read_only_results_can_be_looked_at_and_refuse_a_run(place: Place) -> None:
    missing = "results/scores/students/samples/1/test/manifest.json"
    with small_disk(place.results) as disk:
        mount("-o", "remount,ro", str(disk))
        assert place.dry_run() == set()
        mount("-o", "remount,rw", str(disk))
        remove(place, "scores/students/samples/1")
        mount("-o", "remount,ro", str(disk))
        assert place.dry_run(missing) == {"score/students/samples/1/test"}
        refused = place.snakemake(missing, "--cores", "1")
        said = refused.stdout + refused.stderr
        assert refused.returncode == 1
        assert "results/.state/run.lock: cannot be written (Read-only file system). Make results writable" in said
        assert "Traceback" not in said
        mount("-o", "remount,rw", str(disk))
        assert place.snakemake(missing, "--cores", "1").returncode == 0


def test_results_that_become_read_only_during_a_run(place: Place) -> None:
    remove(place, "students/samples/1")
    folder, target = str(place.results), "results/students/samples/1/manifest.json"
    mount("--bind", folder, folder)
    subprocess.run(["umount", folder], check=True)
    lock = "".join(
        f"    __import__('subprocess').run(['mount', *{words}, '{folder}'], check=True)\n"
        for words in (["--bind", folder], ["-o", "remount,bind,ro"])
    )
    call = "    _remove_partial_files(job)\n"
    place.edit_code("seqkd/pipeline/jobs/context.py", call, call + lock)
    try:
        stopped = place.snakemake(target, "--cores", "1")
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
    said = stopped.stdout + stopped.stderr
    assert stopped.returncode == 1
    assert "\ntrain_student: the disk is not writable. Make the results writable" in said
    assert 'jobs/context.py", line' not in said  # Snakemake, which may not tidy up, has a traceback of its own
    place.edit_code("seqkd/pipeline/jobs/context.py", lock, "")
    done = place.snakemake(target, "--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_to_write(tmp_path: Path) -> None:
    place = new(tmp_path)
    (place.results / ".state").mkdir(parents=True)
    (place.results / ".state").chmod(0o500)
    refused = place.snakemake(*TARGET)
    (place.results / ".state").chmod(0o700)
    assert refused.returncode == 1 and "run.lock: cannot be written (Permission denied)" in refused.stderr


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device"), "the disk is full."),
        (OSError(122, "Disk quota exceeded"), "the disk is full."),
        (OSError("1200 requested and 0 written"), "the disk is full."),
        (OSError(30, "Read-only file system"), "the disk is not writable."),
        (OSError(2, "No such file or directory"), None),
        (ValueError("No space left between words"), None),
    ],
)
def test_which_errors_are_the_disks(error: Exception, told: str | None) -> None:
    said = explain_disk_error(error)
    assert (said or "").startswith(told) if told else said is None
    wrapped = RuntimeError("in a library")
    wrapped.__cause__ = error
    assert explain_disk_error(wrapped) == said
