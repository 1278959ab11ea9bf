"""How good the answers of a multilabel task are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .class_score import Averages, ClassScore, class_scores, macro, micro, weighted
from .plain import Array, booleans, number, numbers
from .reliability import Reliability, reliability


@dataclass(frozen=True, slots=True)
class LabelsQuality:
    """Shares in [0, 1]; NaN is undefined.

    subset_accuracy: items for which exactly the true labels were found. hamming_loss: of all items and labels, the
    wrong decisions. per_label: in the order of the labels. micro: of all decisions together; macro, weighted: averages
    over labels. reliability: the probability of a label against how often it is true, over all items and labels.
    """

    items: int
    labels: tuple[str, ...]
    subset_accuracy: float
    hamming_loss: float
    per_label: tuple[ClassScore, ...]
    micro: Averages
    macro: Averages
    weighted: Averages
    reliability: Reliability

    @property
    def ece(self) -> float:
        return self.reliability.ece

    @property
    def headline(self) -> tuple[str, float]:
        """The one number to compare by, and its name."""
        return "subset accuracy", self.subset_accuracy

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is undefined is null."""
        return {
            "items": self.items,
            "subset_accuracy": self.subset_accuracy,
            "hamming_loss": number(self.hamming_loss),
            "micro": self.micro.to_dict(),
            "macro": self.macro.to_dict(),
            "weighted": self.weighted.to_dict(),
            "ece": self.ece,
            "labels": list(self.labels),
            "per_label": [score.to_dict() for score in self.per_label],
            "reliability": self.reliability.to_dict(),
        }


def labels_quality(probabilities: Array, found: Array, truth: Array, labels: Sequence[str]) -> LabelsQuality:
    """Of probabilities (n, labels), what was found and what is true, bool (n, labels).

    Source: `sklearn.metrics`: `accuracy_score` and `hamming_loss` of label indicators, the rest as in `class_score`.

    Raises:
        InputError: nothing to measure, or arrays that do not fit.
    """
    probabilities = numbers("probabilities", probabilities, None, len(labels))
    found = booleans("found", found, *probabilities.shape)
    truth = booleans("truth", truth, *probabilities.shape)
    right, said, true = (found & truth).sum(axis=0), found.sum(axis=0), truth.sum(axis=0)
    scores = class_scores(right, said, true, tuple(labels))
    return LabelsQuality(
        items=len(probabilities),
        labels=tuple(labels),
        subset_accuracy=float((found == truth).all(axis=1).mean()),
        hamming_loss=float((found != truth).mean()),
        per_label=scores,
        micro=micro(right, said, true),
        macro=macro(scores),
        weighted=weighted(scores),
        reliability=reliability(np.ravel(probabilities), np.ravel(truth)),
    )
