"""What this machine gives us to use."""

import math
import os
from pathlib import Path

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
