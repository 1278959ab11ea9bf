"""How good the answers of a multiclass or binary task are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .accuracy import accuracy, balanced_accuracy
from .class_score import Averages, ClassScore, class_scores, macro, weighted
from .confusion import confusion
from .coverage import Coverage, coverage
from .plain import Array, booleans, number, numbers
from .probability import brier, log_loss
from .reliability import Reliability, reliability
from .top_k import top_k

TOP = (1, 3, 5)


@dataclass(frozen=True, eq=False)
class ClassQuality:
    """Shares in [0, 1]; NaN is undefined.

    accuracy, balanced_accuracy (the mean recall of the classes that have items). top_k: share of the items whose class
    is among the k most probable, by k; empty for two classes. per_class: in the order of the labels. macro, weighted:
    averages over them. confusion: read-only int64 (classes, classes), rows are the truth. reliability, coverage: by the
    probability of what was said. brier: mean squared distance of the probabilities from the truth, in [0, 2].
    log_loss: mean of -ln of the probability of the truth, infinite where that was 0. accepted: share of the items that
    reach the threshold. accepted_accuracy: of those; NaN where there is none.
    """

    items: int
    labels: tuple[str, ...]
    accuracy: float
    balanced_accuracy: float
    top_k: Mapping[int, float]
    per_class: tuple[ClassScore, ...]
    macro: Averages
    weighted: Averages
    confusion: Array
    reliability: Reliability
    coverage: Coverage
    brier: float
    log_loss: float
    accepted: float
    accepted_accuracy: float

    @property
    def ece(self) -> float:
        return self.reliability.ece

    @property
    def headline(self) -> tuple[str, float]:
        """The one number to compare by, and its name."""
        return "accuracy", self.accuracy

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is undefined or infinite is null."""
        return {
            "items": self.items,
            "accuracy": self.accuracy,
            "balanced_accuracy": number(self.balanced_accuracy),
            "top_k": {str(k): share for k, share in self.top_k.items()},
            "macro": self.macro.to_dict(),
            "weighted": self.weighted.to_dict(),
            "ece": self.ece,
            "brier": self.brier,
            "log_loss": number(self.log_loss),
            "accepted": self.accepted,
            "accepted_accuracy": number(self.accepted_accuracy),
            "labels": list(self.labels),
            "per_class": [score.to_dict() for score in self.per_class],
            "confusion": self.confusion.tolist(),
            "reliability": self.reliability.to_dict(),
            "coverage": self.coverage.to_dict(),
        }


def class_quality(
    probabilities: Array, truth: Array, said: Array, accepted: Array, labels: Sequence[str]
) -> ClassQuality:
    """Of probabilities (n, classes), true and said indexes (n,), and whether each answer was accepted, bool (n,).

    said: what was decided; of a binary task by its threshold, so that it need not be the more probable one.

    Raises:
        InputError: nothing to measure, arrays that do not fit, or an index that no label has.
    """
    probabilities = numbers("probabilities", probabilities, None, len(labels))
    count = len(probabilities)
    table = confusion(truth, said, len(labels))
    table.setflags(write=False)
    accepted = booleans("accepted", accepted, count)
    truth, said = np.asarray(truth), np.asarray(said)
    confidence, correct = probabilities[np.arange(count), said], said == truth
    right = np.diagonal(table)
    scores = class_scores(right, table.sum(axis=0), table.sum(axis=1), tuple(labels))
    ks = [k for k in TOP if k < len(labels)] if len(labels) > 2 else []
    return ClassQuality(
        items=count,
        labels=tuple(labels),
        accuracy=accuracy(table),
        balanced_accuracy=balanced_accuracy(table),
        top_k=top_k(probabilities, truth, ks),
        per_class=scores,
        macro=macro(scores),
        weighted=weighted(scores),
        confusion=table,
        reliability=reliability(confidence, correct),
        coverage=coverage(confidence, correct),
        brier=brier(probabilities, truth),
        log_loss=log_loss(probabilities, truth),
        accepted=float(accepted.mean()),
        accepted_accuracy=float(correct[accepted].mean()) if accepted.any() else float("nan"),
    )
