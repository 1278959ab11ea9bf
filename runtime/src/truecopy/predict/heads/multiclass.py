"""One of n classes: raw row -> probabilities -> decision. Pure functions of the task."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Multiclass
from truecopy.errors import OutputError
from truecopy.predict.results import TOP, Classification, Score


def activate(task: Multiclass, rows: np.ndarray) -> np.ndarray:
    """float32 (n, classes), rows of the answer, as probabilities (n, classes).

    Softmax in float32 after the temperature, with the largest value subtracted.

    Raises:
        OutputError: NaN or infinity.
    """
    rows = rows.astype(np.float32, copy=False)
    _check_finite(rows, "the graph answered with NaN or infinity")
    if task.activation == "none":
        return np.array(rows)
    # The largest numbers of float32 overflow quietly here: to a class of probability 0, or to an error below.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        scaled: np.ndarray = rows / np.float32(task.temperature)
        _check_finite(scaled, f"the answer divided by the temperature {task.temperature} is no number")
        exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    normalised: np.ndarray = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return normalised


def _check_finite(rows: np.ndarray, what: str) -> None:
    if not np.isfinite(rows).all():
        raise OutputError(what, expected="finite numbers")


def decide(
    task: Multiclass, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int
) -> Classification:
    """The result for probabilities (classes,)."""
    row.setflags(write=False)
    order = np.argsort(-row, kind="stable")[:TOP]
    top = tuple(Score(task.labels[i], int(i), float(row[i])) for i in order)
    best = top[0]
    accepted = task.threshold is None or best.probability >= task.threshold
    return Classification(
        source, best.label, best.index, best.probability, top, row, accepted, passes, warnings, task.labels
    )
