"""What is gained by answering only where one is sure: coverage against error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .plain import Array, booleans, numbers

SHOWN = 100


@dataclass(frozen=True, eq=False)
class Coverage:
    """One point for each different confidence, most sure first: what holds when all items from it on are answered.

    confidence: float64 (points,), falling. coverage: share of the items answered, rising to 1. error: share of the
    answered that are wrong. All read-only. aurc: the mean over items of the error at the point that takes the item in
    (equally sure items are taken in together), which is the area under the curve.
    """

    confidence: Array
    coverage: Array
    error: Array
    aurc: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: at most a hundred points, the first that reaches each percent of coverage."""
        wanted = np.searchsorted(self.coverage, np.arange(1, SHOWN + 1) / SHOWN - 1e-12)
        shown = np.unique(wanted.clip(max=len(self.coverage) - 1))
        return {
            "aurc": self.aurc,
            "points": [
                {
                    "confidence": float(self.confidence[place]),
                    "coverage": float(self.coverage[place]),
                    "error": float(self.error[place]),
                }
                for place in shown
            ],
        }


def coverage(confidence: Array, correct: Array) -> Coverage:
    """Of confidences float (n,) and whether each was right, bool (n,).

    Source: Geifman and El-Yaniv 2017, Selective Classification for Deep Neural Networks; AURC as in their paper of 2019,
    Bias-Reduced Uncertainty Estimation, where no two items are equally sure.

    Raises:
        InputError: nothing to measure, or arrays that do not fit.
    """
    confidence = numbers("confidence", confidence, None)
    wrong = ~booleans("correct", correct, len(confidence))
    order = np.argsort(-confidence, kind="stable")
    ranked = confidence[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    answered = last + 1
    error = np.cumsum(wrong[order])[last] / answered
    taken = np.diff(answered, prepend=0)
    made = (ranked[last], answered / len(ranked), error)
    for values in made:
        values.setflags(write=False)
    return Coverage(*made, aurc=float((error * taken).sum() / len(ranked)))
