"""A clock that goes back, results of other versions, and a second run in the same folder."""

import json
import os
import signal
import time
from pathlib import Path

from disks import remove
from kills import TARGET, differences, said
from workflow_place import Place

CLOCK = '''
"""The clock of every process goes back by an hour two seconds after its start, and lags a day behind files."""
import time

real, begun, monotonic = time.time, time.monotonic(), time.monotonic


def behind():
    return real() - 86400 - (3600 if monotonic() - begun > 2 else 0)


time.time = behind
'''
STUDENT = {f"{rule}/students/samples/1/test" for rule in ("translate", "teacher_agreement", "score")}
STUDENT |= {"train_student/samples/1", "report/report"}
STUDENT |= {"length_penalty/students/samples/1/beam-2-max-2-10"}


def of_next_year(place: Place) -> None:
    """Date every file a year ahead, as one finds them once the clock has gone back by a year."""
    for file in place.work.rglob("*"):
        os.utime(file, (time.time() + 365 * 86400,) * 2)


def test_results_dated_ahead_of_the_clock(place: Place) -> None:
    of_next_year(place)
    assert place.dry_run() == set()
    place.edit_config(lambda config: config["students"]["samples"].update(learning_rate=0.02))
    assert place.dry_run() == STUDENT
    done = place.snakemake(*TARGET)
    assert done.returncode == 0, done.stdout + done.stderr
    assert place.dry_run() == set()


def test_a_clock_that_goes_back_during_a_run(finished: Place, place: Place, tmp_path: Path) -> None:
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock/sitecustomize.py").write_text(CLOCK, encoding="utf-8")
    remove(place, "students/samples/1", "scores/students/samples/1")
    (place.results / "report.html").unlink()
    done = place.snakemake(*TARGET, path=tmp_path / "clock")
    assert done.returncode == 0, done.stdout + done.stderr
    assert differences(finished, place) == []
    assert {file.name for file in (place.results / ".state").iterdir() if file.is_dir()} == {"locks"}
    assert place.dry_run() == set()


def rewrite(place: Place, name: str, change) -> None:
    file = place.results / name
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")


def test_a_manifest_with_other_fields_is_told_and_made_again(finished: Place, place: Place) -> None:
    name = "students/samples/1"
    rewrite(place, f"{name}/manifest.json", lambda content: content.update(version=0, made=content.pop("provenance")))
    assert place.dry_run() == STUDENT
    told = (
        "its manifest is unreadable (written by another version of seqkd, or damaged: it lacks provenance, "
        "has the unknown field version"
    )
    assert f"results/{name}: {told}" in place.said
    assert place.snakemake(*TARGET).returncode == 0
    assert differences(finished, place) == []


def test_a_manifest_of_before_they_had_checksums_is_believed(place: Place) -> None:
    rewrite(place, "report/manifest.json", lambda content: content.pop("checksum"))
    assert place.dry_run() == set()


def test_results_of_other_code_are_told(place: Place) -> None:
    """What an older version made has another fingerprint of the code: which, and that it is made again, is said."""
    place.edit_code("seqkd/losses/word_kd.py", "return batch.log_z", "return 1.0 * batch.log_z")
    assert place.dry_run() == {job.replace("samples", "seq-inter") for job in STUDENT}
    assert "Changed since the results were made:\n    results/students/seq-inter/1: its code" in place.said


def test_a_second_run_is_refused_and_the_first_is_not_disturbed(finished: Place, place: Place) -> None:
    remove(place, "students/samples/1", "scores/students/samples/1", ".state")
    (place.results / "report.html").unlink()
    first = place.start(*TARGET)
    try:
        lock = place.results / ".state/run.lock"
        while not (lock.exists() and lock.read_text()):
            assert first.poll() is None, said(place)
            time.sleep(0.05)
        for _ in range(2):
            second = place.snakemake(*TARGET)
            assert first.poll() is None
            assert second.returncode == 1
            line = f"Another run is working here (process {first.pid}). Wait for it or stop it."
            assert second.stderr.rstrip().endswith(line)
        assert first.wait(300) == 0, said(place)
    finally:
        if first.poll() is None:
            os.killpg(first.pid, signal.SIGKILL)
    assert differences(finished, place) == []
    assert place.dry_run() == set()
