"""How many cores this process may really use: affinity and cgroup quota, not the host's core count."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_SELF = Path("/proc/self/cgroup")


def available_cores(membership: Path = _SELF, root: Path = _CGROUP) -> int:
    """Whole cores, at least 1; a quota of 1.5 cores counts as 2."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cgroup_quota(membership, root)
    return max(1, affinity if quota is None else min(affinity, math.ceil(quota)))


def cgroup_quota(membership: Path, root: Path) -> float | None:
    """The smallest CPU quota, in cores, of this process's cgroup and its parents; None without one.

    Source: kernel documentation, admin-guide/cgroup-v2 (`cpu.max`) and scheduler/sched-bwc (`cpu.cfs_quota_us`).
    """
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return None
    quotas: list[float] = []
    for line in lines:
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        if controllers == "":
            quotas += _along(root, path, _version_2)
        elif "cpu" in controllers.split(","):
            quotas += _along(root / "cpu", path, _version_1)
    return min(quotas, default=None)


def _along(base: Path, path: str, read: Callable[[Path], float | None]) -> list[float]:
    """Quotas of the group and all its parents. Inside a container the path may be the host's: then the root counts."""
    folder = base / path.lstrip("/")
    groups = [folder, *folder.parents]
    quotas = [read(group) for group in groups if group == base or base in group.parents]
    return [quota for quota in quotas if quota is not None]


def _version_2(group: Path) -> float | None:
    words = _words(group / "cpu.max")
    if len(words) != 2 or words[0] == "max":
        return None
    return int(words[0]) / int(words[1])


def _version_1(group: Path) -> float | None:
    quota, period = _words(group / "cpu.cfs_quota_us"), _words(group / "cpu.cfs_period_us")
    if not quota or not period or int(quota[0]) <= 0:
        return None
    return int(quota[0]) / int(period[0])


def _words(path: Path) -> list[str]:
    """The words of a control file: numbers and `max`, or nothing where it is absent or not what it should be."""
    try:
        words = path.read_text().split()
    except (OSError, UnicodeDecodeError):
        return []
    return words if all(word == "max" or word.lstrip("-").isdecimal() for word in words) else []
