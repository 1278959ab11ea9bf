"""The thresholds of labels that hold each by themselves: of a multilabel task, and of a binary one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from truecopy.errors import InputError
from truecopy.metrics.class_score import share
from truecopy.metrics.plain import Array, booleans, numbers

from .cuts import Cuts, cuts
from .target import Target
from .threshold_score import ThresholdScore, score_at


def fit_thresholds(
    probabilities: Array, truth: Array, target: Target, labels: Sequence[str]
) -> tuple[ThresholdScore, ...]:
    """For each label its threshold, and how good it is on what it was fitted on.

    probabilities: float32 (n, labels), as a result has them. truth: bool (n, labels).

    Raises:
        InputError: nothing to fit on, a label that no item has, or a target that none of its thresholds reaches; both name
            the label.
    """
    probabilities = numbers("probabilities", probabilities, None, len(labels))
    truth = booleans("truth", truth, *probabilities.shape)
    columns = zip(probabilities.T, truth.T, labels, strict=True)
    return tuple(fit_threshold(column, true, target, label) for column, true, label in columns)


def fit_threshold(probability: Array, truth: Array, target: Target, label: str) -> ThresholdScore:
    """The threshold of one label.

    Of all cuts between different probabilities: for `f1` the best, and the highest of several; for `precision` the lowest
    that has it, which finds the most; for `recall` the highest that has it, which is wrong the least often.

    probability: float32 (n,), as a result has it. truth: bool (n,).

    Raises:
        InputError: nothing to fit on, no item has the label, or no threshold reaches the target.
    """
    points = cuts(probability, truth)
    if points.positives == 0:
        raise InputError(
            f"no item has the label {label!r}, so no threshold can be fitted for it",
            expected="at least one true item",
            got=f"none of {points.items}",
            fix="Add labelled items that have it",
        )
    return score_at(probability, truth, label, points.threshold(_best(points, target, label)))


def _best(points: Cuts, target: Target, label: str) -> int:
    precision = share(points.right, points.taken)
    recall = share(points.right, np.full_like(points.right, points.positives))
    if target.least is None:
        # The first of the largest: equal shares of whole numbers are equal floats.
        return int(share(2 * points.right, points.taken + points.positives).argmax())
    if target.aim == "recall":
        return int(np.flatnonzero(recall >= target.least)[0])
    reached = np.flatnonzero(precision >= target.least)
    if not reached.size:
        best = int(precision.argmax())
        raise InputError(
            f"no threshold of the label {label!r} reaches the target",
            expected=f"a precision of {target.least:g}",
            got=f"{precision[best]:.4g} at most, with a recall of {recall[best]:.4g}",
            fix="Ask for less, or give more labelled items",
        )
    return int(reached[-1])
