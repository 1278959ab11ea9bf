"""A number that a person gave: Python's or NumPy's, but no bool and no text."""

from __future__ import annotations

from numbers import Real


def real(given: object) -> float:
    """As a float; NaN, which lies within no bounds, where it is no number or none that a float holds."""
    if isinstance(given, bool) or not isinstance(given, Real):
        return float("nan")
    try:
        return float(given)
    except OverflowError:
        return float("nan")
