"""Answers that are probabilities by their contract (activation `none`)."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Regression, Task
from truecopy.errors import OutputError

from .finite import check_finite

# float16 and 8-bit graphs end a little beside 0 and 1: within one level of 8 bits and a bit.
ROUNDING = 0.01


def as_stated(rows: np.ndarray) -> np.ndarray:
    """A copy of answers that are probabilities already.

    Raises:
        OutputError: NaN or infinity.
    """
    check_finite(rows)
    return np.array(rows)


def check_stated(task: Task, row: np.ndarray) -> None:
    """What the contract calls a probability is one. Not part of `activate`, which merged views and moved rows go through too.

    Raises:
        OutputError: a number of the raw answer lies outside [0, 1] by more than rounding.
    """
    if isinstance(task, Regression) or task.activation != "none":
        return
    beyond = row[(row < -ROUNDING) | (row > 1 + ROUNDING)]
    if beyond.size:
        raise OutputError(
            "the graph ends in probabilities by its contract (activation none), and this is none",
            expected="0 to 1",
            got=f"{beyond[0]:g}",
            fix="Export it again with another --activation",
        )
