"""Precision, recall and F1: of each class, and averaged over classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .plain import Array, number


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well one class is told, as shares in [0, 1]; NaN where it is undefined.

    precision: of the items said to be of it, those that are (undefined where none was said to be). recall: of the items
    that are, those said to be (undefined where none is). f1: twice the right ones over both (undefined where both are
    none). support: items that are of it.
    """

    label: str
    precision: float
    recall: float
    f1: float
    support: int

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is undefined is null."""
        return {
            "label": self.label,
            "precision": number(self.precision),
            "recall": number(self.recall),
            "f1": number(self.f1),
            "support": self.support,
        }


@dataclass(frozen=True, slots=True)
class Averages:
    """Precision, recall and F1 over all classes, as shares; NaN where no class has one."""

    precision: float
    recall: float
    f1: float

    def to_dict(self) -> dict[str, float | None]:
        """Plain data for JSON; what is undefined is null."""
        return {
            "precision": number(self.precision),
            "recall": number(self.recall),
            "f1": number(self.f1),
        }


def class_scores(right: Array, said: Array, true: Array, labels: tuple[str, ...]) -> tuple[ClassScore, ...]:
    """A score for each class from whole numbers (classes,): items rightly said to be of it, said to be, and that are.

    Source: `sklearn.metrics.precision_recall_fscore_support(average=None, zero_division=nan)`.
    """
    precision, recall = share(right, said), share(right, true)
    f1 = share(2 * right, said + true)
    rows = zip(labels, precision, recall, f1, true, strict=True)
    return tuple(
        ClassScore(label, float(one), float(two), float(three), int(count))
        for label, one, two, three, count in rows
    )


def macro(scores: tuple[ClassScore, ...]) -> Averages:
    """The mean over the classes for which a number is defined, each number for itself.

    Source: scikit-learn with `average="macro", zero_division=nan`. Its F1 is the mean of the F1s, not the F1 of the
    means; and where a class was never said, its precision is left out while its F1 counts as 0.
    """
    return _averages(scores, np.ones(len(scores)))


def weighted(scores: tuple[ClassScore, ...]) -> Averages:
    """As `macro`, each class by its support; by one each where all the classes that are defined have none.

    Source: scikit-learn with `average="weighted", zero_division=nan`.
    """
    return _averages(scores, np.array([score.support for score in scores], np.float64))


def micro(right: Array, said: Array, true: Array) -> Averages:
    """Of all decisions together, from the same counts as `class_scores`.

    Source: scikit-learn with `average="micro", zero_division=nan`.
    """
    totals = [np.asarray(counts).sum(keepdims=True) for counts in (right, said, true)]
    (score,) = class_scores(totals[0], totals[1], totals[2], ("",))
    return Averages(score.precision, score.recall, score.f1)


def share(part: Array, whole: Array) -> Array:
    """Part / whole in float64, NaN where the whole is none."""
    made = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=made, where=np.asarray(whole) != 0)
    return made


def _averages(scores: tuple[ClassScore, ...], weights: Array) -> Averages:
    columns = ([getattr(score, field) for score in scores] for field in ("precision", "recall", "f1"))
    return Averages(*(_defined_mean(np.array(column), weights) for column in columns))


def _defined_mean(values: Array, weights: Array) -> float:
    defined = ~np.isnan(values)
    if not defined.any():
        return float("nan")
    values, weights = values[defined], weights[defined]
    if weights.sum() == 0:
        weights = np.ones(len(values))
    return float((values * weights).sum() / weights.sum())
