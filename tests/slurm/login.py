"""The login node of a cluster: Snakemake begun there, what SLURM and the training tell, and what is done to either."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from workflow_place import Place

from seqkd.training.checkpoint import load_state

TESTS = Path(__file__).resolve().parents[1]
ROOM = Path(os.environ["SEQKD_SLURM_ROOM"]).resolve()
"""The folder of the cluster, in which the scenarios work too."""
REPORT = "results/report.html"
TRAINING = "results/students/slow/1/manifest.json"
MODEL = "results/students/slow/1/model.safetensors"
FAST = ("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "3", "--jobs", "4")
"""There is no accounting database here, and the queue is looked at often."""
LIMIT = int(os.environ.get("LIMIT", "1"))
"""Minutes of a time limit; more where the machine is so busy that Snakemake takes half a minute to begin a job."""
SLOWLY, QUICKLY = 0.5 * LIMIT, 0.0
"""Seconds of an update: a training of 400 does not end before it is disturbed, and then loses no time."""


class Failed(Exception):
    """What a scenario expected and did not see."""


def expect(truth: object, what: str) -> None:
    if not truth:
        raise Failed(what)


def wait_for(truth: Callable[[], object], what: str, seconds: float = 150) -> None:
    end = time.monotonic() + seconds
    while not truth():
        expect(time.monotonic() < end, f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.3)


def slurm(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def jobs(place: Place, rule: str = "train_student") -> list[dict[str, str]]:
    """The SLURM jobs of a rule that were begun in this folder, as scontrol describes them; the ended ones too."""
    try:
        described = slurm("scontrol", "show", "jobs", "--oneliner").splitlines()
    except subprocess.CalledProcessError:  # the controller is away
        return []
    found = [dict(re.findall(r"(\w+)=(\S*)", line)) for line in described]
    ours = [job for job in found if job.get("WorkDir") == str(place.work) and rule in job.get("Comment", "")]
    return sorted(ours, key=lambda job: int(job["JobId"]))


def job(place: Place) -> dict[str, str]:
    """The training's only SLURM job."""
    found = jobs(place)
    expect(len(found) == 1, f"{len(found)} SLURM jobs for one training")
    return found[0]


def updates_saved(place: Place) -> int:
    """0 if nothing is saved."""
    found = [load_state(folder) for folder in (place.work / "results/.state").glob("*") if folder.is_dir()]
    return max((state.update for state in found if state), default=0)


def at_work(place: Place) -> None:
    """Wait until the training has saved something."""
    wait_for(lambda: updates_saved(place) > 0, "a training that saves")


def log(place: Place) -> str:
    return (place.work / "results/logs/train_student/slow/1.log").read_text(encoding="utf-8")


def pace(place: Place, seconds: float) -> None:
    """What an update of the training takes from now on."""
    beside = place.work / ".pace"
    beside.write_text(str(seconds))
    beside.replace(place.work / "pace")


class Driver:
    """Snakemake on the login node; what it says goes to ``said``."""

    begun: ClassVar[list["Driver"]] = []

    def __init__(self, place: Place, *arguments: str, **variables: str) -> None:
        self.place, self.file = place, place.work / f"driver-{time.monotonic_ns()}.log"
        profile = ("--workflow-profile", str(place.clone / "profiles/slurm"))
        environment = os.environ | {"SEQKD_SAVE_SECONDS": "1", "OMP_NUM_THREADS": "1"} | variables
        with self.file.open("w") as out:
            self.process = subprocess.Popen(
                place.command(*arguments, *profile, *FAST),
                cwd=place.work,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.begun.append(self)

    @property
    def said(self) -> str:
        return self.file.read_text(encoding="utf-8")

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.killpg(self.process.pid, number)
        self.process.wait()

    def ends(self, well: bool = True) -> None:
        status = self.process.wait(540)
        expect((status == 0) == well, f"Snakemake ended with status {status}:\n{self.said[-3000:]}")


def edit_profile(place: Place, before: str, after: str) -> None:
    """As a user does; ``before`` is a setting of trainings."""
    place.edit_code("profiles/slurm/config.yaml", before, after)


def restarted(driver: Driver, times: int) -> None:
    """Wait until the training has been put back so often; the turn after that may be quick."""

    def truth() -> bool:
        expect(driver.process.poll() is None, f"Snakemake ended before:\n{driver.said[-3000:]}")
        return any(int(one["Restarts"]) >= times for one in trainings(driver.place))

    wait_for(truth, f"{times} restarts", 480)
    pace(driver.place, QUICKLY)


def trainings(place: Place) -> list[dict[str, str]]:
    """The jobs of the training that takes its time."""
    return [one for one in jobs(place) if "slow" in one["Comment"]]


def cluster(commands: str) -> None:
    """Commands of cluster.sh."""
    script = f'set -e; source "{TESTS}/slurm/cluster.sh"; cluster="{ROOM}/cluster"; {commands}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=120)
    expect(done.returncode == 0, f"{commands}: {done.stdout}{done.stderr}")
