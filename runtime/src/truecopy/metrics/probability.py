"""Scores of the probabilities themselves, decisions aside."""

from __future__ import annotations

import numpy as np

from .plain import Array, indexes, numbers


def brier(probabilities: Array, truth: Array) -> float:
    """The mean over items of the squared distance between the probabilities (n, classes) and the truth as 0 and 1.

    In [0, 2]: summed over all classes, also of two.

    Source: Brier 1950; `sklearn.metrics.brier_score_loss(scale_by_half=False)`.

    Raises:
        InputError: nothing to measure, or arrays that do not fit.
    """
    probabilities = numbers("probabilities", probabilities, None, None)
    count, classes = probabilities.shape
    truth = indexes("truth", truth, classes, count)
    distance = probabilities.copy()
    distance[np.arange(count), truth] -= 1
    return float(np.square(distance).sum() / count)


def log_loss(probabilities: Array, truth: Array) -> float:
    """The mean of -ln of the probability of the true class; infinite where one of them is 0.

    Source: `sklearn.metrics.log_loss`, without its clipping.

    Raises:
        InputError: nothing to measure, or arrays that do not fit.
    """
    probabilities = numbers("probabilities", probabilities, None, None)
    count, classes = probabilities.shape
    truth = indexes("truth", truth, classes, count)
    own = probabilities[np.arange(count), truth]
    if (own <= 0).any():
        return float("inf")
    return float(-np.log(own).mean())
