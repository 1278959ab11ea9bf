"""From one raw row to what a user is told, with every check: the one way of predict, selftest and proof."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Task
from truecopy.predict.results import Result

from .head import activate, decide
from .stated import check_stated


def activated(task: Task, row: np.ndarray) -> np.ndarray:
    """A raw row, float32 (outputs,) or (steps, tokens), in the space of `activate`, of one item.

    Raises:
        OutputError: NaN or infinity, or no probability where the contract says so (activation none).
    """
    check_stated(task, row)
    made: np.ndarray = activate(task, row[np.newaxis])[0]
    return made


def result_of(
    task: Task, row: np.ndarray, source: str, warnings: tuple[str, ...] = (), passes: int = 1
) -> Result:
    """The result for a raw row.

    Raises:
        OutputError: as `activated`.
    """
    return decide(task, activated(task, row), source, warnings, passes)
