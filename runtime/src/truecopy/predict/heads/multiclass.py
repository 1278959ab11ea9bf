"""One of n classes: raw row -> probabilities -> decision. Pure functions of the task."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Multiclass
from truecopy.errors import OutputError
from truecopy.predict.results import TOP, Classification, Score


def probabilities(task: Multiclass, rows: np.ndarray) -> np.ndarray:
    """float32 (n, classes), rows of the answer, as probabilities (n, classes).

    Softmax in float32 after the temperature, with the largest value subtracted.

    Raises:
        OutputError: NaN or infinity.
    """
    rows = rows.astype(np.float32, copy=False)
    if not np.isfinite(rows).all():
        raise OutputError("the graph answered with NaN or infinity", expected="finite numbers")
    if task.activation == "none":
        return np.array(rows)
    scaled: np.ndarray = rows / np.float32(task.temperature)
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    normalised: np.ndarray = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return normalised


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
