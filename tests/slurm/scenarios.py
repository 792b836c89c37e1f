"""What may happen on a cluster, done to a real SLURM that run.sh has brought up. Each scenario is a function.

In nearly all a training is disturbed, goes on, and ends with the weights of an undisturbed run without SLURM.
"""

import contextlib
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import ClassVar

from kills import differences
from workflow_place import Place, copy, new

from seqkd.training.state import load_state

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


# What is seen of a run


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


def runs_again(base: Place, name: str) -> Place:
    """A copy of the finished local run in which one training is to be done again."""
    place = copy(base, ROOM / name)
    shutil.rmtree(place.work / "results/students/slow")
    pace(place, SLOWLY)
    return place


def as_undisturbed(base: Place, place: Place, *, since: int = 1) -> None:
    """The weights are those of the local run, and at the end the training went on from update ``since`` or later."""
    expect((place.work / MODEL).read_bytes() == (base.work / MODEL).read_bytes(), "other weights than the local run")
    went_on = [int(update) for update in re.findall(r"going on from update (\d+)", log(place))]
    expect(went_on and went_on[-1] >= since, f"the training began anew instead of going on:\n{log(place)}")


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


# The scenarios


def whole(base: Place) -> str:
    """From text to report, with a training three times as long as its time limit."""
    place = prepared("whole")
    edit_profile(place, "runtime: 240", f"runtime: {LIMIT}")
    pace(place, SLOWLY)
    driver = Driver(place, REPORT)
    restarted(driver, 2)
    driver.ends()
    slow = trainings(place)
    expect(len(slow) == 1, f"{len(slow)} SLURM jobs for a training over its time limit: a retry was used")
    turns = int(slow[0]["Restarts"])
    expect(turns >= 2, f"the long training went back into the queue {turns} times only")
    as_undisturbed(base, place, since=20)
    expect(not differences(base, place), f"other results than the local run: {differences(base, place)}")
    expect(place.dry_run() == set(), "a local run after one on SLURM would do something again")
    again = Driver(base, REPORT, "-n")
    again.ends()
    expect("Nothing to be done" in again.said, f"a run on SLURM after a local one would do something:\n{again.said}")
    every = jobs(place, "")
    expect(len(jobs(place, "rule_score")) == 1, "ten scores are not in one SLURM job")
    return f"{len(every)} SLURM jobs; the long training had {turns + 1} turns, no retry; all files equal"


def cancelled(base: Place) -> str:
    """scancel: it saves, and is tried again."""
    place = runs_again(base, "cancelled")
    driver = Driver(place, TRAINING)
    at_work(place)
    slurm("scancel", job(place)["JobId"])
    pace(place, QUICKLY)
    driver.ends()
    states = [one["JobState"] for one in jobs(place)]
    expect(states == ["CANCELLED", "COMPLETED"], f"jobs ended as {states}")
    as_undisturbed(base, place)
    return "one retry"


def preempted(base: Place) -> str:
    """A job of a partition with precedence takes the node: SLURM puts the training back."""
    place = runs_again(base, "preempted")
    driver = Driver(place, TRAINING)
    at_work(place)
    slurm("sbatch", "-p", "urgent", "-w", job(place)["NodeList"], "--exclusive", "-o", "/dev/null", "--wrap=sleep 2")
    restarted(driver, 1)
    driver.ends()
    restarts = int(job(place)["Restarts"])
    expect(restarts >= 1, "the training was not preempted")
    as_undisturbed(base, place)
    return f"{restarts} restart by SLURM, no retry"


def out_of_memory(base: Place) -> str:
    """Killed for its memory, it is tried again with more."""
    place = runs_again(base, "memory")
    edit_profile(place, "mem_mb: 6000 * attempt", "mem_mb: 1200 * attempt")
    pace(place, 0.01)
    driver = Driver(place, TRAINING, HUNGRY="900")
    driver.ends()
    found = jobs(place)
    memory = [re.search(r"mem=(\w+)", one["TRES"])[1] for one in found]
    expect(memory == ["1200M", "2400M"], f"tries had {memory}")
    expect((place.work / MODEL).read_bytes() == (base.work / MODEL).read_bytes(), "other weights than the local run")
    return f"{found[0]['JobState']} with 1200 MB, COMPLETED with 2400 MB"


def on_gpu(base: Place) -> str:
    """The lines of the profile that ask for another partition and a card."""
    place = runs_again(base, "gpu")
    edit_profile(place, "slurm_partition: cpu                    # <- partition for tr", "slurm_partition: gpu  # tr")
    edit_profile(place, "#   gpu: 1", "    gpu: 1")
    pace(place, QUICKLY)
    driver = Driver(place, TRAINING)
    driver.ends()
    found = job(place)
    expect(found["Partition"] == "gpu", f"it ran in partition {found['Partition']}")
    expect("gres/gpu=1" in found["TRES"] or "gpu:1" in found.get("TresPerJob", ""), f"it had no card: {found}")
    return "partition gpu, one card"


def driver_killed(base: Place) -> str:
    """Snakemake is killed and begun again while its job runs."""
    place = runs_again(base, "driver")
    driver = Driver(place, TRAINING)
    at_work(place)
    driver.kill()
    driver = Driver(place, TRAINING)
    wait_for(lambda: jobs(place)[0]["JobState"] == "CANCELLED", "the end of the job left over")
    pace(place, QUICKLY)
    driver.ends()
    expect("SLURM jobs left by an earlier run: 1." in driver.said, driver.said)
    states = [one["JobState"] for one in jobs(place)]
    expect(states == ["CANCELLED", "COMPLETED"], f"jobs ended as {states}")
    as_undisturbed(base, place)
    return "the job left over saved and ended, a second went on"


def terminal_lost(base: Place) -> str:
    """The connection to the login node breaks: SIGHUP, and no terminal to write to."""
    place = runs_again(base, "terminal")
    pid, terminal = pty.fork()
    if pid == 0:
        profile = ("--workflow-profile", str(place.clone / "profiles/slurm"))
        os.chdir(place.work)
        os.environ["SEQKD_SAVE_SECONDS"] = "1"
        command = place.command(TRAINING, *profile, *FAST)
        os.execv(command[0], command)
    at_work(place)
    os.close(terminal)
    with contextlib.suppress(ChildProcessError):
        wait_for(lambda: os.waitpid(pid, os.WNOHANG)[0] == pid, "Snakemake to end with its terminal", 30)
    expect(job(place)["JobState"] == "RUNNING", "the job ended with the terminal")
    driver = Driver(place, TRAINING)
    wait_for(lambda: jobs(place)[0]["JobState"] == "CANCELLED", "the end of the job left over")
    pace(place, QUICKLY)
    driver.ends()
    as_undisturbed(base, place)
    return "Snakemake ended, its job went on; a second run went on from it"


def daemons_restarted(base: Place) -> str:
    """slurmctld and the node's slurmd are killed and begun again while the training runs."""
    place = runs_again(base, "daemons")
    driver = Driver(place, TRAINING)
    at_work(place)
    node = job(place)["NodeList"]
    cluster(f"stop slurmctld -KILL; stop slurmd{node}; sleep 5; start_slurmctld; start_slurmd {node}; ready")
    pace(place, QUICKLY)
    driver.ends()
    expect(job(place)["JobState"] == "COMPLETED", "the job did not outlive the restart")
    return "the job did not notice"


def drained(base: Place) -> str:
    """The node is drained; when its time runs out, the training goes on at another."""
    place = runs_again(base, "drained")
    edit_profile(place, "runtime: 240", f"runtime: {LIMIT}")
    driver = Driver(place, TRAINING)
    at_work(place)
    first = job(place)["NodeList"]
    slurm("scontrol", "update", f"nodename={first}", "state=drain", "reason=test")
    try:
        restarted(driver, 1)
        driver.ends()
    finally:
        slurm("scontrol", "update", f"nodename={first}", "state=resume")
    second = job(place)["NodeList"]
    expect(second != first, f"it ended on the drained node {first}")
    as_undisturbed(base, place, since=20)
    return f"begun on node {first}, ended on node {second}, no retry"


def node_lost(base: Place) -> str:
    """The node dies with all that runs on it: SLURM starts the training on another."""
    place = runs_again(base, "node")
    driver = Driver(place, TRAINING)
    at_work(place)
    first = job(place)["NodeList"]
    cluster(f"lose_node {first}")
    wait_for(lambda: job(place)["JobState"] == "RUNNING" and job(place)["NodeList"] != first, "another node", 120)
    cluster(f"start_slurmd {first}; ready")
    pace(place, QUICKLY)
    driver.ends()
    as_undisturbed(base, place)
    return f"begun on node {first}, ended on node {job(place)['NodeList']}, no retry"


def edited(base: Place) -> str:
    """Config and code are edited while jobs wait."""
    place = runs_again(base, "edited")
    pace(place, QUICKLY)
    slurm("scontrol", "update", "nodename=1,2,3", "state=drain", "reason=test")
    try:
        driver = Driver(place, TRAINING, "results/students/baseline/1/manifest.json", "--force")
        wait_for(lambda: len(jobs(place)) >= 1, "waiting jobs")
        place.edit_config(lambda config: config["students"]["slow"].update(learning_rate=0.5))
    finally:
        slurm("scontrol", "update", "nodename=1,2,3", "state=resume")
    driver.ends()
    expect((place.work / MODEL).read_bytes() == (base.work / MODEL).read_bytes(), "the edit got into the run")
    said = [line for line in driver.said.splitlines() if line.startswith("Edited during this run")]
    expect(len(said) == 1 and "toy.yaml" in said[0], f"not one line on the edit:\n{driver.said[-2000:]}")
    expect("train_student/slow/1" in place.dry_run(TRAINING), "the next run does not take the edit in")
    return "the run kept what it began with, one line at its end"


# How they are run


def cluster(commands: str) -> None:
    """Commands of cluster.sh."""
    script = f'set -e; source "{TESTS}/slurm/cluster.sh"; cluster="{ROOM}/cluster"; {commands}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=120)
    expect(done.returncode == 0, f"{commands}: {done.stdout}{done.stderr}")


def prepared(name: str) -> Place:
    """A folder in which nothing has run."""
    (ROOM / name).mkdir()
    place = new(ROOM / name)
    (place.work / "losses").mkdir()
    shutil.copy(TESTS / "slurm/slow.py", place.work / "losses/slow.py")
    shutil.copy(TESTS / "slurm/toy.yaml", place.config)
    return place


def finished(target: str) -> Place:
    """The same workflow, run locally."""
    place = Place(ROOM / "local/clone", ROOM / "local/work")
    if not place.work.exists():
        prepared("local")
    done = place.snakemake(target, "--cores", "2")
    expect(done.returncode == 0, done.stdout + done.stderr)
    return place


def tried(scenario: Callable[[Place], str], base: Place) -> bool:
    began = time.monotonic()
    try:
        said, well = scenario(base), True
    except Exception as error:
        said, well = str(error) if isinstance(error, Failed) else traceback.format_exc(), False
    print(f"{'ok' if well else 'FAILED'}: {scenario.__name__} ({time.monotonic() - began:.0f} s): {said}", flush=True)
    return well


TOGETHER = (whole, drained, driver_killed, terminal_lost, out_of_memory, cancelled, on_gpu)
"""Those that do not disturb each other; the others come after them, one by one."""
ALONE = (preempted, daemons_restarted, node_lost, edited)


def give_up(number: int, frame: FrameType | None) -> None:
    """run.sh has run out of patience: leave no process behind."""
    for driver in Driver.begun:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(driver.process.pid, signal.SIGKILL)
    print("stopped before the end: too slow, or asked to", flush=True)
    os._exit(1)


def main(wanted: list[str]) -> int:
    os.environ.pop("PYTHONPATH", None)  # it was for this file; each clone finds its own code
    chosen = [one for one in (*TOGETHER, *ALONE) if not wanted or one.__name__ in wanted]
    base = finished(REPORT if whole in chosen else TRAINING)
    print("ok: the local run", flush=True)
    with ThreadPoolExecutor(4) as pool:
        well = list(pool.map(lambda one: tried(one, base), [one for one in chosen if one in TOGETHER]))
    well += [tried(one, base) for one in chosen if one in ALONE]
    print(f"{sum(well)} of {len(well)} scenarios went as they should")
    return 0 if all(well) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, give_up)
    sys.exit(main(sys.argv[1:]))
