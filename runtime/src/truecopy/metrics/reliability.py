"""Is it right as often as it says? Confidence against accuracy in bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.errors import InputError

from .class_score import share
from .plain import Array, booleans, number, numbers

BINS = 15


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bins of equal width over the confidence, each (low, high]; a confidence of 0 belongs to the first.

    edges: bins + 1 numbers from 0 to 1. count: items of each bin. confidence, accuracy: their means, NaN in an empty bin.
    ece: expected calibration error, the mean of |accuracy - confidence| over items. mce: the largest of any bin.
    """

    edges: tuple[float, ...]
    count: tuple[int, ...]
    confidence: tuple[float, ...]
    accuracy: tuple[float, ...]
    ece: float
    mce: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is undefined is null."""
        return {
            "ece": self.ece,
            "mce": self.mce,
            "edges": list(self.edges),
            "count": list(self.count),
            "confidence": [number(mean) for mean in self.confidence],
            "accuracy": [number(mean) for mean in self.accuracy],
        }


def reliability(confidence: Array, correct: Array, bins: int = BINS) -> Reliability:
    """Of confidences float (n,) in [0, 1] and whether each was right, bool (n,).

    A confidence beyond 0 or 1 by rounding belongs to the bin at that end.

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks, equations 2, 3 and 5.

    Raises:
        InputError: nothing to measure, arrays that do not fit, or no bins.
    """
    if bins < 1:
        raise InputError("reliability needs bins", expected="1 or more", got=str(bins))
    confidence = numbers("confidence", confidence, None)
    correct = booleans("correct", correct, len(confidence))
    edges = np.linspace(0, 1, bins + 1)
    place = (np.searchsorted(edges, confidence, side="left") - 1).clip(0, bins - 1)
    count = np.bincount(place, minlength=bins)
    means = share(np.bincount(place, confidence, bins), count)
    right = share(np.bincount(place, correct, bins), count)
    gaps = np.nan_to_num(np.abs(right - means))
    return Reliability(
        edges=tuple(edges.tolist()),
        count=tuple(count.tolist()),
        confidence=tuple(means.tolist()),
        accuracy=tuple(right.tolist()),
        ece=float((gaps * count).sum() / len(confidence)),
        mce=float(gaps.max()),
    )


def ece(confidence: Array, correct: Array, bins: int = BINS) -> float:
    """The expected calibration error alone: see `reliability`."""
    return reliability(confidence, correct, bins).ece
