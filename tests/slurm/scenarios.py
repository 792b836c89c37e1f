"""What may happen on a cluster, done to a real SLURM that run.sh has brought up. Each scenario is a function.

In nearly all a training is disturbed, goes on, and ends with the weights of an undisturbed run without SLURM.
"""

import contextlib
import os
import pty
import re
import shutil

from kills import differences
from login import (
    FAST,
    LIMIT,
    MODEL,
    QUICKLY,
    REPORT,
    ROOM,
    SLOWLY,
    TESTS,
    TRAINING,
    Driver,
    at_work,
    cluster,
    edit_profile,
    expect,
    job,
    jobs,
    log,
    pace,
    restarted,
    slurm,
    trainings,
    wait_for,
)
from workflow_place import Place, copy, new


def prepared(name: str) -> Place:
    """A folder in which nothing has run."""
    (ROOM / name).mkdir()
    place = new(ROOM / name)
    (place.work / "losses").mkdir()
    shutil.copy(TESTS / "slurm/slow.py", place.work / "losses/slow.py")
    shutil.copy(TESTS / "slurm/toy.yaml", place.config)
    return place


def runs_again(base: Place, name: str) -> Place:
    """A copy of the finished local run in which one training is to be done again."""
    place = copy(base, ROOM / name)
    shutil.rmtree(place.work / "results/students/slow")
    pace(place, SLOWLY)
    return place


def as_undisturbed(base: Place, place: Place, *, since: int = 1) -> None:
    """The weights are those of the local run, and at the end the training went on from update ``since`` or later."""
    expect((place.work / MODEL).read_bytes() == (base.work / MODEL).read_bytes(), "other weights than the local run")
    went_on = [int(update) for update in re.findall(r"resuming from update (\d+)", log(place))]
    expect(went_on and went_on[-1] >= since, f"the training began from scratch instead of resuming:\n{log(place)}")


def goes_on(place: Place) -> Driver:
    """A second Snakemake, which ends the job that the first has left over, and the training with one of its own."""
    driver = Driver(place, TRAINING)
    wait_for(lambda: jobs(place)[0]["JobState"] == "CANCELLED", "the end of the job left over")
    pace(place, QUICKLY)
    driver.ends()
    return driver


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
    expect("gres/gpu=1" in found["TRES"] or "gpu:1" in found.get("TresPerJob", ""), f"it had no GPU: {found}")
    return "partition gpu, one GPU"


def driver_killed(base: Place) -> str:
    """Snakemake is killed and begun again while its job runs."""
    place = runs_again(base, "driver")
    driver = Driver(place, TRAINING)
    at_work(place)
    driver.kill()
    driver = goes_on(place)
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
    goes_on(place)
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


TOGETHER = (whole, drained, driver_killed, terminal_lost, out_of_memory, cancelled, on_gpu)
"""Those that do not disturb each other; the others come after them, one by one."""
ALONE = (preempted, daemons_restarted, node_lost, edited)
