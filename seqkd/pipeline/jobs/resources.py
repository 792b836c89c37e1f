"""What this machine and the profile give a job to compute on."""

import math
import os
from pathlib import Path
from typing import Any

from seqkd.utils.errors import UserError

CGROUP = Path("/sys/fs/cgroup")


def usable_cores(cgroup: Path = CGROUP) -> int:
    """Cores that this process may use: its affinity, limited by the quota of the control group if it has one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _quota(cgroup)))


def _quota(cgroup: Path) -> int:
    """Cores of the quota, rounded up; control groups version 2, then 1."""
    for limit_file, period_file in (("cpu.max", None), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            values = (cgroup / limit_file).read_text().split()
            values += (cgroup / period_file).read_text().split() if period_file else []
            if values[0] not in ("max", "-1"):
                return math.ceil(int(values[0]) / int(values[1]))
        except (OSError, ValueError, IndexError):
            continue
    return 2**31


def devices(resources: Any, threads: int) -> tuple[str, ...]:
    """The device of each process of a job, by the profile's ``device`` and ``processes``, which change no result.

    ``device`` is ``cpu`` (the default), ``cuda`` (the GPUs that the job sees) or ``auto`` (these if there are any).
    ``processes`` defaults to one, or one for each GPU.

    Raises:
        UserError: another value, more processes than GPUs or cores, or no GPU.
    """
    device, processes = resources.get("device", "cpu"), int(resources.get("processes", 0))
    if device not in ("cpu", "cuda", "auto") or processes < 0:
        raise UserError(f"Profile: device: {device}, processes: {processes}. Allowed: cpu, cuda or auto; 1 and more.")
    gpus = 0 if device == "cpu" else _num_gpus()
    if device == "cuda" and not gpus:
        raise UserError("Profile: device: cuda, but PyTorch sees no GPU here. Use `device: auto` or cpu.")
    if gpus and processes > gpus:
        raise UserError(f"Profile: processes: {processes}, but the job sees {gpus} GPUs; one process each.")
    count = processes or max(1, gpus)
    if count > threads:
        raise UserError(
            f"Profile: {count} processes need {count} cores, the job has {threads}. Raise its set-threads and --cores, "
            f"or set `processes: {threads}`."
        )
    return tuple(f"cuda:{number}" if gpus else "cpu" for number in range(count))


def _num_gpus() -> int:
    """GPUs that the job sees."""
    import torch

    return torch.cuda.device_count()
