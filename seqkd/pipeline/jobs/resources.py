"""What this machine gives us to use."""

import math
import os
from pathlib import Path
from typing import Any

from seqkd.errors import UserError

CGROUP = Path("/sys/fs/cgroup")


def usable_cores(cgroup: Path = CGROUP) -> int:
    """Cores that this process may use: its affinity, cut by the control group's quota where there is one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _quota(cgroup)))


def _quota(cgroup: Path) -> int:
    """Whole cores of the quota, rounded up; control groups version 2, then 1."""
    for limit, period in (("cpu.max", None), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            words = (cgroup / limit).read_text().split()
            words += (cgroup / period).read_text().split() if period else []
            if words[0] not in ("max", "-1"):
                return math.ceil(int(words[0]) / int(words[1]))
        except (OSError, ValueError, IndexError):
            continue
    return 2**31


def devices(resources: Any, threads: int) -> tuple[str, ...]:
    """What a job computes on, a process each: by the profile's ``device`` and ``processes``, which change no result.

    ``device`` is ``cpu`` (where nothing is said), ``cuda`` (the graphics cards that the job sees) or ``auto`` (these if
    there are any). ``processes`` is how many; where nothing is said it is one, or one for each card.

    Raises:
        UserError: another value, more processes than cards or cores, or no card.
    """
    wanted, processes = resources.get("device", "cpu"), int(resources.get("processes", 0))
    if wanted not in ("cpu", "cuda", "auto") or processes < 0:
        raise UserError(f"Profile: device: {wanted}, processes: {processes}. Allowed: cpu, cuda or auto; 1 and more.")
    cards = 0 if wanted == "cpu" else _cards()
    if wanted == "cuda" and not cards:
        raise UserError("Profile: device: cuda, but PyTorch sees no graphics card here. Take `device: auto` or cpu.")
    if cards and processes > cards:
        raise UserError(f"Profile: processes: {processes}, but the job sees {cards} graphics cards; one process each.")
    count = processes or max(1, cards)
    if count > threads:
        raise UserError(
            f"Profile: {count} processes need {count} cores, the job has {threads}. Raise its set-threads and --cores, "
            f"or set `processes: {threads}`."
        )
    return tuple(f"cuda:{number}" if cards else "cpu" for number in range(count))


def _cards() -> int:
    """Graphics cards that the job sees."""
    import torch

    return torch.cuda.device_count()
