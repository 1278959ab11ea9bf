"""How good one threshold of one label is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.metrics.class_score import class_scores
from truecopy.metrics.plain import Array, booleans, number, numbers


@dataclass(frozen=True, slots=True)
class ThresholdScore:
    """value: the threshold, a float32. items: looked at; positives: that have the label; found: that reach the threshold.
    precision, recall, f1: as shares, NaN where undefined.
    """

    label: str
    value: float
    items: int
    positives: int
    found: int
    precision: float
    recall: float
    f1: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is undefined is null."""
        return {
            "label": self.label,
            "value": self.value,
            "items": self.items,
            "positives": self.positives,
            "found": self.found,
            "precision": number(self.precision),
            "recall": number(self.recall),
            "f1": number(self.f1),
        }


def score_at(probability: Array, truth: Array, label: str, value: float) -> ThresholdScore:
    """Of probabilities (n,) that are compared with the threshold in float32, and the truth, bool (n,).

    Raises:
        InputError: no item, or arrays that do not fit.
    """
    found = numbers("probability", probability, None).astype(np.float32) >= np.float32(value)
    truth = booleans("truth", truth, len(found))
    right, said, true = (np.array([mask.sum()]) for mask in (found & truth, found, truth))
    (score,) = class_scores(right, said, true, (label,))
    return ThresholdScore(
        label=label,
        value=value,
        items=len(found),
        positives=score.support,
        found=int(said[0]),
        precision=score.precision,
        recall=score.recall,
        f1=score.f1,
    )
