"""The instruction set of this host: INT8 and float kernels depend on it."""

from __future__ import annotations

import platform
from pathlib import Path

# The best first, by the names that the Linux kernel gives them.
_KNOWN = ("amx_int8", "avx512_vnni", "avx_vnni", "avx512f", "avx2", "sve2", "i8mm", "asimddp", "asimd")


def instruction_set(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """`avx512_vnni`, `avx2`, `asimd`, ...; the machine's name where the kernel does not tell."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        lines = []
    flags = next(
        (set(line.split()) for line in lines if line.lower().startswith(("flags", "features"))), set()
    )
    return next((name for name in _KNOWN if name in flags), platform.machine() or "unknown")
