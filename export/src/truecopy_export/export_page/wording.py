"""Numbers and nouns of the report in words."""

from __future__ import annotations

import math

from truecopy.report.numbers import count, plain

_UNITS = ("kB", "MB", "GB", "TB")


def counted(number: int, many: str) -> str:
    """`1 image`, `300 images`: `many` less its s for one."""
    return f"{count(number)} {many[:-1] if number == 1 else many}"


def bytes_in_words(size: int) -> str:
    """`14.2 MB (14 209 001 bytes)`; a small one in bytes alone."""
    if size < 1000:
        return counted(size, "bytes")
    power = min((len(str(size)) - 1) // 3, len(_UNITS))
    return f"{size / 1000**power:.1f}\u00a0{_UNITS[power - 1]} ({counted(size, 'bytes')})"


def tiny(value: float) -> str:
    """A difference: `0`, `3.1e-07`; what is not finite in words."""
    if not math.isfinite(value):
        return "not finite"
    return "0" if value == 0 else f"{value:.1e}"


def seconds_in_words(seconds: float) -> str:
    """`12.3 s`"""
    return f"{plain(seconds, 3)}\u00a0s"


def short_name(name: str, most: int = 36) -> str:
    """The end of a path, whole parts of it: `…/cat/0.png`. A single part stays as long as it is."""
    if len(name) <= most:
        return name
    kept, *parents = reversed(name.split("/"))
    for parent in parents:
        if len(parent) + len(kept) + 3 > most:
            break
        kept = f"{parent}/{kept}"
    return f"…/{kept}" if kept != name else name
