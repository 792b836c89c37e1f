"""A job in several worker processes: torchrun starts and watches them, and each runs the job's script again.

The files that workers read and write are in the job's state folder: the job itself, and a report of each worker with
its stats or its user error.
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

from seqkd.pipeline import ROOT
from seqkd.utils.errors import UserError
from seqkd.utils.files import write_json

if TYPE_CHECKING:
    from torch.distributed.elastic.multiprocessing.errors import ProcessFailure

    from seqkd.pipeline.jobs.context import Job, Stats

log = logging.getLogger(__name__)

JOB = "worker-job.json"
"""File in a job's state: the job, for its workers."""
KILL_SECONDS = 5
"""Seconds after the first failure from which on torchrun may have killed workers that did not stop on request."""
LOST_CONTACT = 75
"""Exit status of a worker that stopped because another one had."""


def launch_workers(job: "Job") -> "list[Stats]":
    """Run the job's script in a worker for each of its devices, and return the stats of each.

    Raises:
        UserError: a worker met a user error, was killed, or failed.
        SystemExit: a signal requested a stop; the workers have saved their state.
    """
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    for report in job.state.glob("rank-*.json"):
        report.unlink()
    write_json(job.state / JOB, to_json(job))
    log.info("%d processes: %s", len(job.devices), ", ".join(job.devices))
    try:
        _launch(job)
    except ChildFailedError as error:
        reports = [read_report(job, rank) for rank in range(len(job.devices))]
        user_error = next((report["user_error"] for report in reports if "user_error" in report), None)
        failures = list(error.failures.values())
        raise UserError(user_error or describe_failure(failures, len(job.devices))) from None
    except SignalException as stop:
        raise SystemExit(128 + stop.sigval) from None
    return [read_report(job, rank)["stats"] for rank in range(len(job.devices))]


def _launch(job: "Job") -> None:
    """Start the workers and wait for their end; when one fails the others are stopped."""
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    def request_stop(number: int, frame: FrameType | None) -> None:
        raise SignalException("stop requested", sigval=signal.Signals(number))

    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo" if sys.platform.startswith("linux") else "lo0")
    signal.signal(signal.SIGUSR1, request_stop)  # torch itself passes the other signals on
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
    script = ROOT / "workflow" / "scripts" / f"{job.script}.py"
    elastic_launch(config, sys.executable)("-P", "-u", str(script), str(job.state / JOB))


def describe_failure(failures: "list[ProcessFailure]", count: int) -> str:
    """One line on the worker whose failure stopped the others."""
    secondary = (LOST_CONTACT, -signal.SIGTERM, 128 + signal.SIGTERM)
    kill_time = min(failure.timestamp for failure in failures) + KILL_SECONDS
    primary = [f for f in failures if f.exitcode not in secondary and f.timestamp < kill_time] or failures
    first = min(primary, key=lambda failure: (failure.timestamp >= kill_time, failure.exitcode > 0, failure.timestamp))
    reason = f"failed with status {first.exitcode} (see the log)"
    if first.exitcode < 0:
        reason = f"was killed by {signal.Signals(-first.exitcode).name}"
    elif first.exitcode == LOST_CONTACT:
        reason = "lost contact with the other processes"
    return (
        f"process {first.local_rank + 1} of {count} {reason}; all processes were stopped. "
        "Saved state is kept: run the same command again to resume."
    )


def run_worker(function: "Callable[[Job], Stats]", job_file: Path) -> NoReturn:
    """Be one of the workers: run the job and write a report."""
    rank = int(os.environ["RANK"])
    logging.basicConfig(
        level=logging.WARNING if rank else logging.INFO,
        format=f"%(asctime)s {f'process {rank + 1}: ' if rank else ''}%(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
        stream=sys.stderr,
    )
    job = from_json(json.loads(job_file.read_text(encoding="utf-8")), rank)
    status = _exit_status(function, job, job.state / f"rank-{rank}.json")
    logging.shutdown()
    sys.stdout.flush()
    # An orderly exit would wait for workers that are gone, and may abort one whose work is done: see join.
    os._exit(status)


def _exit_status(function: "Callable[[Job], Stats]", job: "Job", report: Path) -> int:
    """Run the job; the status with which its worker exits."""
    try:
        write_json(report, {"stats": function(job)})
    except UserError as error:
        write_json(report, {"user_error": str(error)})
        return 1
    except SystemExit as stop:
        return int(stop.code or 0)
    except Exception as error:
        if type(error).__name__ != "LostError":
            traceback.print_exc()
            return 1
        log.error("the other processes of this job are gone or do not answer (%s)", error)
        return LOST_CONTACT
    return 0


def read_report(job: "Job", rank: int) -> dict[str, Any]:
    """The report of a worker; empty if it wrote none."""
    file = job.state / f"rank-{rank}.json"
    report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return report


def to_json(job: "Job") -> dict[str, Any]:
    """A job as JSON data."""
    return json.loads(json.dumps(dataclasses.asdict(job), default=str))  # type: ignore[no-any-return]


def from_json(values: dict[str, Any], rank: int) -> "Job":
    """The job of one worker, from JSON data."""
    from seqkd.pipeline.jobs.context import Job

    inputs = {name: [Path(file) for file in files] for name, files in values["inputs"].items()}
    outputs = [Path(file) for file in values["outputs"]]
    paths = {"inputs": inputs, "outputs": outputs, "state": Path(values["state"]), "results": Path(values["results"])}
    return Job(**values | paths | {"devices": tuple(values["devices"]), "rank": rank})
