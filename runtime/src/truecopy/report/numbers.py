"""Numbers as people read them, the same bytes on every machine."""

from __future__ import annotations

import math


def share(value: float, digits: int = 1) -> str:
    """0.9731 as `97.3 %`, with a space that does not break; a number that is not there (no items) as a dash."""
    return "\u2013" if math.isnan(value) else f"{_unsigned_zero(f'{100 * value:.{digits}f}')}\u00a0%"


def points(value: float, digits: int = 2) -> str:
    """A difference of two shares in percentage points, with its sign: `+1.25`."""
    return "\u2013" if math.isnan(value) else _minus(_unsigned_zero(f"{100 * value:+.{digits}f}"))


def plain(value: float, digits: int = 4) -> str:
    """`digits` significant digits and no more zeros than needed: 12.5, 0.003, 1.2e+06."""
    return "\u2013" if math.isnan(value) else _minus(_unsigned_zero(f"{value:.{digits}g}"))


def signed(value: float, digits: int = 4) -> str:
    """The same with its sign: +12.5."""
    return "\u2013" if math.isnan(value) else _minus(_unsigned_zero(f"{value:+.{digits}g}"))


def count(value: int) -> str:
    """12000 as `12 000`, with a space that does not break."""
    return _minus(f"{value:,}".replace(",", "\u00a0"))


def _unsigned_zero(text: str) -> str:
    return text.lstrip("+-") if float(text) == 0 else text


def _minus(text: str) -> str:
    # A hyphen is too short to be seen before a digit; that of an exponent stays.
    return f"\u2212{text[1:]}" if text.startswith("-") else text
