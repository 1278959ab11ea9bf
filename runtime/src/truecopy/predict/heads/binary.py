"""Yes or no: raw row -> probabilities of both labels -> decision. Pure functions of the task."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Binary
from truecopy.predict import results

from .sigmoid import sigmoid
from .softmax import softmax
from .stated import as_stated
from .threshold import reaches


def activate(task: Binary, rows: np.ndarray) -> np.ndarray:
    """float32 (n, 1) or (n, 2), rows of the answer, as probabilities (n, 2) of both labels in their order, float32.

    One output is the positive label's: p, and 1 - p for the other label.

    Raises:
        OutputError: NaN or infinity; -infinity only where it is no logit, or where both are.
    """
    rows = rows.astype(np.float32, copy=False)
    match task.activation:
        case "softmax":
            return softmax(rows)
        case "sigmoid":
            made = sigmoid(rows)
        case "none":
            made = as_stated(rows)
    if made.shape[1] == 2:
        return made
    other = np.float32(1) - made
    return np.concatenate([other, made] if task.positive == 1 else [made, other], axis=1)


def decide(
    task: Binary, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int
) -> results.Binary:
    """The result for probabilities (2,): the positive label from the threshold on."""
    row.setflags(write=False)
    probability = float(row[task.positive])
    positive = reaches(probability, task.threshold)
    index = task.positive if positive else 1 - task.positive
    return results.Binary(
        source=source,
        label=task.labels[index],
        index=index,
        positive=positive,
        probability=probability,
        threshold=task.threshold,
        probabilities=row,
        passes=passes,
        warnings=warnings,
        labels=task.labels,
    )
