"""A token for every step: raw rows -> probabilities a step -> tokens and text. Pure functions of the task."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Sequence
from truecopy.predict import results

from .decoding import decoded
from .softmax import softmax
from .stated import as_stated


def activate(task: Sequence, rows: np.ndarray) -> np.ndarray:
    """float32 (n, steps, tokens), rows of the answer, as probabilities of the same shape, float32.

    Raises:
        OutputError: NaN or infinity; -infinity only where it is no logit, or where a step has nothing else.
    """
    rows = rows.astype(np.float32, copy=False)
    if task.activation == "none":
        return as_stated(rows)
    return softmax(rows)


def decide(
    task: Sequence, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int
) -> results.Sequence:
    """The result for probabilities (steps, tokens): greedy, ties to the lower index."""
    row.setflags(write=False)
    best = row.argmax(axis=1)
    confidence = row.max(axis=1)
    found = decoded(task.decoding, best, confidence)
    tokens = tuple(
        results.Token(task.labels[best[step]], int(best[step]), step, float(confidence[step]))
        for step in found.steps
    )
    return results.Sequence(
        source=source,
        text=task.joiner.join(token.token for token in tokens),
        tokens=tokens,
        confidence=min((token.confidence for token in tokens), default=1.0),
        finished=found.finished,
        probabilities=row,
        passes=passes,
        warnings=warnings,
        labels=task.labels,
    )
