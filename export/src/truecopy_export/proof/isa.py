"""Whether torch's own float kernels round on this CPU as those that are reproduced."""

from __future__ import annotations

from pathlib import Path

from truecopy.engine import instruction_set

_X86_WITH_FMA = frozenset({"amx_int8", "avx512_vnni", "avx_vnni", "avx512f", "avx2"})


def reproduced_here(cores: int, cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Does torch round here as its AVX2 and AVX-512 builds do in several threads, which is what is reproduced?"""
    return cores > 1 and instruction_set(cpuinfo) in _X86_WITH_FMA
