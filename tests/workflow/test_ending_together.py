"""Jobs that end in the same moment as the corpus, after which Snakemake plans anew, do not end the run."""

from pathlib import Path

from workflow_place import new

TIMEOUT_SECONDS = '''
"""Have Snakemake take note of ended jobs only once all that run have ended, of the corpus first: the rare moment, every
time."""
import time

from snakemake.scheduling.job_scheduler import JobScheduler

take_note = JobScheduler._finish_jobs


def wait_for_all(scheduler):
    while scheduler._tofinish and len(scheduler._tofinish) + len(scheduler._toerror) < len(scheduler.running):
        scheduler._lock.release()
        time.sleep(0.05)
        scheduler._lock.acquire()
    scheduler._tofinish.sort(key=lambda job: not job.is_checkpoint)
    take_note(scheduler)


JobScheduler._finish_jobs = wait_for_all
'''


def test_a_test_set_that_ends_with_the_corpus(tmp_path: Path) -> None:
    place = new(tmp_path)
    patient = tmp_path / "patient"
    patient.mkdir()
    (patient / "sitecustomize.py").write_text(TIMEOUT_SECONDS, encoding="utf-8")
    score = "results/scores/teachers/base/1/test/manifest.json"
    done = place.snakemake(score, "--cores", "2", path=patient)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (place.work / score).exists(), done.stdout + done.stderr
