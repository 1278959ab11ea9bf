"""One of n classes: raw row -> probabilities -> decision. Pure functions of the task."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Multiclass
from truecopy.predict.results import TOP, Classification, best_of

from .softmax import softmax
from .stated import as_stated
from .threshold import reaches


def activate(task: Multiclass, rows: np.ndarray) -> np.ndarray:
    """float32 (n, classes), rows of the answer, as probabilities (n, classes).

    Softmax in float32 after the temperature, with the largest value subtracted; -infinity is a class that cannot be.

    Raises:
        OutputError: NaN or infinity; -infinity only where it is no logit, or where a row has nothing else.
    """
    rows = rows.astype(np.float32, copy=False)
    if task.activation == "none":
        return as_stated(rows)
    return softmax(rows, task.temperature)


def decide(
    task: Multiclass, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int
) -> Classification:
    """The result for probabilities (classes,)."""
    row.setflags(write=False)
    top = best_of(row, task.labels, TOP)
    best = top[0]
    accepted = task.threshold is None or reaches(best.probability, task.threshold)
    return Classification(
        source, best.label, best.index, best.probability, top, row, accepted, passes, warnings, task.labels
    )
