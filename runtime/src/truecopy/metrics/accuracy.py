"""Shares of right answers from a confusion matrix."""

from __future__ import annotations

import numpy as np

from .class_score import share
from .plain import Array


def accuracy(confusion: Array) -> float:
    """Right answers of all, from int64 (classes, classes)."""
    return float(np.trace(confusion) / confusion.sum())


def balanced_accuracy(confusion: Array) -> float:
    """The mean recall of the classes that have items.

    Source: `sklearn.metrics.balanced_accuracy_score`.
    """
    return float(np.nanmean(share(np.diagonal(confusion), confusion.sum(axis=1))))
