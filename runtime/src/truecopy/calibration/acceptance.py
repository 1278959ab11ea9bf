"""The threshold from which the answer of a multiclass task is accepted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truecopy.errors import InputError, StrategyError
from truecopy.metrics.class_score import share
from truecopy.metrics.plain import Array, booleans, number, numbers

from .cuts import cuts


@dataclass(frozen=True, slots=True)
class Acceptance:
    """value: the threshold, a float32. coverage: share of the items that reach it. accuracy: of those, as a share; NaN
    where there is none.
    """

    value: float
    items: int
    accepted: int
    coverage: float
    accuracy: float

    def to_dict(self) -> dict[str, float | None]:
        """Plain data for JSON; what is undefined is null."""
        return {
            "value": self.value,
            "items": self.items,
            "accepted": self.accepted,
            "coverage": self.coverage,
            "accuracy": number(self.accuracy),
        }


def fit_acceptance(confidence: Array, correct: Array, least: float) -> Acceptance:
    """The threshold that accepts the most items while at least the share `least` of them is right.

    confidence: float32 (n,), as a result has it. correct: bool (n,).

    Raises:
        StrategyError: `least` outside (0, 1].
        InputError: nothing to fit on, or no threshold reaches it.
    """
    if not 0 < least <= 1:
        raise StrategyError("an accuracy to reach", expected="a share above 0, at most 1", got=f"{least:g}")
    confidence = numbers("confidence", confidence, None)
    correct = booleans("correct", correct, len(confidence))
    points = cuts(confidence, correct)
    accuracy = share(points.right, points.taken)
    reached = np.flatnonzero(accuracy >= least)
    if not reached.size:
        best = int(accuracy.argmax())
        raise InputError(
            "no threshold accepts answers as right as that",
            expected=f"an accuracy of {least:g} among the accepted",
            got=f"{accuracy[best]:.4g} at most, with {points.taken[best]} of {points.items} accepted",
            fix="Ask for less, or give more labelled items",
        )
    return acceptance_at(confidence, correct, points.threshold(int(reached[-1])))


def acceptance_at(confidence: Array, correct: Array, value: float) -> Acceptance:
    """What a threshold accepts, compared in float32.

    Raises:
        InputError: no item, or arrays that do not fit.
    """
    accepted = numbers("confidence", confidence, None).astype(np.float32) >= np.float32(value)
    correct = booleans("correct", correct, len(accepted))
    return Acceptance(
        value=value,
        items=len(accepted),
        accepted=int(accepted.sum()),
        coverage=float(accepted.mean()),
        accuracy=float(correct[accepted].mean()) if accepted.any() else float("nan"),
    )
