"""docs/tutorial-new-loss.md, done as it is written: the file, its test, the command, the student, an edit."""

import os
import re
import subprocess
import sys

import yaml
from workflow_place import ROOT, Place

TUTORIAL = (ROOT / "docs/tutorial-new-loss.md").read_text(encoding="utf-8")
LOSS = "my_losses/hinton_kd.py"


def write_files(place: Place) -> list[str]:
    """The tutorial's files, each named by its first line."""
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", TUTORIAL, re.DOTALL)
    for name, text in blocks:
        (place.work / name).parent.mkdir(exist_ok=True)
        (place.work / name).write_text(text, encoding="utf-8")
    return [name for name, _ in blocks]


def run(place: Place, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(place.clone), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=place.work, env=environment, capture_output=True, text=True, check=False
    )


def test_the_tutorial_works_as_written(place: Place) -> None:
    assert write_files(place) == [LOSS, "my_losses/test_hinton_kd.py"]

    told = run(place, "seqkd", "losses", LOSS)
    assert f"seqkd losses {LOSS}" in TUTORIAL
    assert "T^2 sum_t KL" in told.stdout and "temperature: number > 0, ≤ 100; default 2.0" in told.stdout, told.stderr

    tested = run(place, "pytest", "-q", "my_losses")
    assert "2 passed" in tested.stdout, tested.stdout + tested.stderr

    (student,) = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(  hinton.*?)```", TUTORIAL, re.DOTALL))
    place.edit_config(lambda config: config["students"].update(student))
    new = {f"{rule}/students/hinton/1/test" for rule in ("translate", "teacher_agreement", "score")}
    new |= {"train_student/hinton/1", "measure_speed/students/hinton/1", "report/report"}
    new.add("length_penalty/students/hinton/1/beam-2-max-2-10")
    assert place.dry_run() == new
    assert f"code outside seqkd that this run executes:\n    {LOSS}" in place.said

    done = place.snakemake("results/students/hinton/1/manifest.json", "--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    log = (place.work / "results/logs/train_student/hinton/1.log").read_text(encoding="utf-8")
    assert f"{LOSS} is a custom objective" in log
    assert place.dry_run("results/students/hinton/1/manifest.json") == set()

    file = place.work / LOSS
    file.write_text(file.read_text().replace('"""Sum over batch, a scalar."""', '"""The sum."""'))
    assert place.dry_run("results/students/hinton/1/manifest.json") == set()
    file.write_text(file.read_text().replace("options.temperature**2 * (", "2 * (options.temperature**2) * ("))
    assert place.dry_run() == new
    assert "students/hinton/1: its code" in place.said


def test_a_file_edited_while_the_run_goes_on_is_refused(place: Place) -> None:
    write_files(place)
    place.edit_config(lambda config: config["students"]["word-kd"].update(loss={LOSS: 1.0}, teacher_top_k=0))
    edit = f'open("{LOSS}", "a").write("X = 1\\n")\n'
    place.edit_code("workflow/scripts/train.py", '"""Train', f'{edit}"""Train')
    done = place.snakemake("results/students/word-kd/1/manifest.json", "--cores", "1")
    assert done.returncode == 1
    assert "The code was edited since this run began." in done.stdout + done.stderr


def test_a_missing_file_is_one_line(place: Place) -> None:
    place.edit_config(lambda config: config["students"]["word-kd"].update(loss={LOSS: 1.0}, teacher_top_k=0))
    done = place.snakemake("-n")
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if "profile" not in line]
    assert len(said) == 1 and f"students.word-kd.loss: {LOSS}: no such file" in said[0], done.stderr
