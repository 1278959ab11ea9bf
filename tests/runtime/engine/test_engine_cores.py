from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from truecopy.engine.threads import available_cores, cgroup_quota


def tree(folder: Path, membership: str, files: Mapping[str, str]) -> tuple[Path, Path]:
    """A fake /proc/self/cgroup and a fake /sys/fs/cgroup."""
    root = folder / "cgroup"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    member = folder / "membership"
    member.write_text(membership)
    return member, root


@pytest.mark.parametrize(
    ("membership", "files", "quota"),
    [
        pytest.param(
            "0::/\n", {"cpu.max": "150000 100000\n"}, 1.5, id="v2, quota at the root of a container"
        ),
        pytest.param("0::/\n", {"cpu.max": "max 100000\n"}, None, id="v2, no quota"),
        pytest.param("0::/a/b\n", {"a/b/cpu.max": "400000 100000"}, 4.0, id="v2, own group"),
        pytest.param(
            "0::/a/b\n", {"a/b/cpu.max": "max 100000", "a/cpu.max": "200000 100000"}, 2.0, id="v2, a parent's"
        ),
        pytest.param(
            "0::/a/b\n",
            {"a/b/cpu.max": "300000 100000", "a/cpu.max": "700000 100000"},
            3.0,
            id="v2, the smallest of all",
        ),
        pytest.param("0::/host/path\n", {"cpu.max": "100000 100000"}, 1.0, id="v2, the path is the host's"),
        pytest.param("0::/a\n", {"a/cpu.max": ""}, None, id="v2, empty file"),
        pytest.param("0::/a\n", {"a/other": "1"}, None, id="v2, no file"),
        pytest.param(
            "5:memory:/x\n4:cpu,cpuacct:/a\n",
            {"cpu/a/cpu.cfs_quota_us": "250000\n", "cpu/a/cpu.cfs_period_us": "100000\n"},
            2.5,
            id="v1",
        ),
        pytest.param(
            "4:cpu:/a\n",
            {"cpu/a/cpu.cfs_quota_us": "-1", "cpu/a/cpu.cfs_period_us": "100000"},
            None,
            id="v1, none",
        ),
        pytest.param(
            "4:cpu:/a/b\n",
            {"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "50000"},
            2.0,
            id="v1, a parent's",
        ),
        pytest.param("4:cpu:/a\n", {"cpu/a/cpu.cfs_quota_us": "100000"}, None, id="v1, no period"),
        pytest.param("4:cpuset:/a\n", {"cpu.max": "100000 100000"}, None, id="v1, another controller"),
        pytest.param("", {"cpu.max": "100000 100000"}, None, id="in no group"),
    ],
)
def test_the_quota_is_the_smallest_of_the_group_and_its_parents(
    membership: str, files: Mapping[str, str], quota: float | None, tmp_path: Path
) -> None:
    assert cgroup_quota(*tree(tmp_path, membership, files)) == quota


def test_a_system_without_cgroups_has_no_quota(tmp_path: Path) -> None:
    assert cgroup_quota(tmp_path / "absent", tmp_path) is None


@pytest.mark.parametrize(
    ("affinity", "quota", "cores"),
    [(8, "150000 100000", 2), (8, "50000 100000", 1), (2, "800000 100000", 2), (3, "max 100000", 3)],
)
def test_cores_are_the_smaller_of_affinity_and_quota_rounded_up(
    affinity: int, quota: str, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(affinity)), raising=False)
    assert available_cores(*tree(tmp_path, "0::/\n", {"cpu.max": quota})) == cores


@pytest.mark.parametrize(("count", "cores"), [(6, 6), (None, 1)])
def test_without_affinity_the_host_is_asked(
    count: int | None, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    assert available_cores(tmp_path / "absent", tmp_path) == cores


def test_this_host_has_at_least_one_core() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)
