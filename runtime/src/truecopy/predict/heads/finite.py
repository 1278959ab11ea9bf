"""Which numbers a graph may answer with."""

from __future__ import annotations

import numpy as np

from truecopy.errors import OutputError


def check_finite(rows: np.ndarray) -> None:
    """All are finite.

    Raises:
        OutputError: one is NaN or infinity.
    """
    if not np.isfinite(rows).all():
        raise _not_finite()


def check_not_nan(rows: np.ndarray) -> None:
    """All are finite or -infinity, the logit of what cannot be.

    Raises:
        OutputError: one is NaN or +infinity.
    """
    if not (rows < np.inf).all():
        raise _not_finite()


def has_a_number(rows: np.ndarray) -> bool:
    """Is there more than -infinity along the last axis of each row?"""
    return bool((rows.max(axis=-1) > -np.inf).all())


def _not_finite() -> OutputError:
    return OutputError("the graph answered with NaN or infinity", expected="finite numbers")
