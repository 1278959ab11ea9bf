"""Any number of labels: raw row -> a probability each -> those that reach their threshold. Pure functions of the task."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Multilabel
from truecopy.predict import results

from .sigmoid import sigmoid
from .stated import as_stated
from .threshold import reaches


def activate(task: Multilabel, rows: np.ndarray) -> np.ndarray:
    """float32 (n, labels), rows of the answer, as probabilities (n, labels), each by itself, float32.

    Raises:
        OutputError: NaN or infinity; -infinity only where it is no logit.
    """
    rows = rows.astype(np.float32, copy=False)
    if task.activation == "none":
        return as_stated(rows)
    return sigmoid(rows)


def decide(
    task: Multilabel, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int
) -> results.Multilabel:
    """The result for probabilities (labels,)."""
    row.setflags(write=False)
    scores = tuple(
        results.Score(label, index, float(p))
        for index, (label, p) in enumerate(zip(task.labels, row, strict=True))
    )
    found = tuple(
        score
        for score, threshold in zip(scores, task.thresholds, strict=True)
        if reaches(score.probability, threshold)
    )
    return results.Multilabel(
        source=source,
        found=found,
        scores=scores,
        thresholds=task.thresholds,
        probabilities=row,
        passes=passes,
        warnings=warnings,
        labels=task.labels,
    )
