"""A job divided over several processes: torchrun starts and watches them, and each runs the job's script once more.

What the first process hears of the others stands in the job's state folder: the job as they shall see it, and a file
of each with the facts it found, or the user's mistake that it met.
"""

import dataclasses
import json
import logging
import os
import signal
import sys
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from seqkd.errors import UserError
from seqkd.files import write_json
from seqkd.pipeline import ROOT

if TYPE_CHECKING:
    from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

    from seqkd.pipeline.jobs.context import Facts, Job

log = logging.getLogger(__name__)

TASK = "task.json"
"""File in a job's state: the job as its processes shall see it."""
AFTERWARDS = 5
"""Seconds after the first failure from which on torchrun may have killed those that did not end when asked to."""
LOST = 75
"""Exit status of a process that ended because another one had."""


def together(job: "Job") -> "list[Facts]":
    """Run the job's script in as many processes as it has devices, and give what each of them found.

    Raises:
        UserError: one of them met a mistake of the user's, was killed, or ended otherwise before its time.
        SystemExit: a signal asked to stop; they have saved their state.
    """
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    for old in job.state.glob("rank-*.json"):
        old.unlink()
    write_json(job.state / TASK, as_plain(job))
    log.info("%d processes: %s", len(job.devices), ", ".join(job.devices))
    try:
        _start(job)
    except ChildFailedError as error:
        found = [read(job, rank) for rank in range(len(job.devices))]
        mistake = next((one["mistake"] for one in found if "mistake" in one), None)
        raise UserError(mistake or why(list(error.failures.values()), len(job.devices))) from None
    except SignalException as asked:
        raise SystemExit(128 + asked.sigval) from None
    return [read(job, rank)["facts"] for rank in range(len(job.devices))]


def _start(job: "Job") -> None:
    """Start the processes and wait for their end; when one fails the others are ended."""
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    def ask(number: int, frame: FrameType | None) -> None:
        raise SignalException("asked to stop", sigval=signal.Signals(number))

    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo" if sys.platform.startswith("linux") else "lo0")
    signal.signal(signal.SIGUSR1, ask)  # the other signals are passed on by torch itself
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=len(job.devices),
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        local_addr="localhost",
        max_restarts=0,
        monitor_interval=0.1,
    )
    script = ROOT / "workflow" / "scripts" / f"{job.rule}.py"
    elastic_launch(config, sys.executable)("-P", "-u", str(script), str(job.state / TASK))


def why(failures: "list[ProcessFailure]", count: int) -> str:
    """One line on the process that took the others with it."""
    for_another = (LOST, -signal.SIGTERM, 128 + signal.SIGTERM)
    soon = min(one.timestamp for one in failures) + AFTERWARDS
    ended = [one for one in failures if one.exitcode not in for_another and one.timestamp < soon] or failures
    first = min(ended, key=lambda one: (one.timestamp >= soon, one.exitcode > 0, one.timestamp))
    how = f"ended with status {first.exitcode} (the log says why)"
    if first.exitcode < 0:
        how = f"was killed by {signal.Signals(-first.exitcode).name}"
    elif first.exitcode == LOST:
        how = "heard nothing of the others any more"
    return (
        f"process {first.local_rank + 1} of {count} {how}, so all were ended. What was saved is kept: "
        "run the same command again to go on from there."
    )


def serve(work: "Callable[[Job], Facts]", task: Path) -> NoReturn:
    """Be one of the processes: do the job and leave what was found."""
    rank = int(os.environ["RANK"])
    logging.basicConfig(
        level=logging.WARNING if rank else logging.INFO,
        format=f"%(asctime)s {f'process {rank + 1}: ' if rank else ''}%(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
        stream=sys.stderr,
    )
    job = from_plain(json.loads(task.read_text(encoding="utf-8")), rank)
    status = _served(work, job, job.state / f"rank-{rank}.json")
    logging.shutdown()
    sys.stdout.flush()
    # An orderly end would wait for processes that are gone, and may abort one whose work is done: see join.
    os._exit(status)


def _served(work: "Callable[[Job], Facts]", job: "Job", report: Path) -> int:
    """The status with which a process ends that has done the job, or has not."""
    try:
        write_json(report, {"facts": work(job)})
    except UserError as error:
        write_json(report, {"mistake": str(error)})
        return 1
    except SystemExit as asked:
        return int(asked.code or 0)
    except Exception as error:
        if type(error).__name__ != "LostError":
            traceback.print_exc()
            return 1
        log.error("the other processes of this job are gone or do not answer (%s)", error)
        return LOST
    return 0


def read(job: "Job", rank: int) -> dict[str, Any]:
    """What a process has left, if anything."""
    file = job.state / f"rank-{rank}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def as_plain(job: "Job") -> dict[str, Any]:
    """A job as JSON holds it."""
    return json.loads(json.dumps(dataclasses.asdict(job), default=str))  # type: ignore[no-any-return]


def from_plain(values: dict[str, Any], rank: int) -> "Job":
    """The job of one process, from its JSON."""
    from seqkd.pipeline.jobs.context import Job

    inputs = {name: [Path(one) for one in many] for name, many in values["inputs"].items()}
    outputs = [Path(one) for one in values["outputs"]]
    paths = {"inputs": inputs, "outputs": outputs, "state": Path(values["state"]), "results": Path(values["results"])}
    return Job(**values | paths | {"devices": tuple(values["devices"]), "rank": rank})
