"""Is the true class among the k most probable?"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from truecopy.errors import InputError

from .plain import Array, indexes, numbers


def top_k(probabilities: Array, truth: Array, ks: Iterable[int]) -> dict[int, float]:
    """For each k the share of the items whose class is among the k most probable; ties go to the lower index.

    probabilities: (n, classes). truth: whole numbers (n,). A k of the number of classes or more is always 1.

    Source: `sklearn.metrics.top_k_accuracy_score`, whose ties go to the higher index.

    Raises:
        InputError: nothing to measure, arrays that do not fit, or a k below 1.
    """
    probabilities = numbers("probabilities", probabilities, None, None)
    count, classes = probabilities.shape
    truth = indexes("truth", truth, classes, count)
    own = probabilities[np.arange(count), truth][:, np.newaxis]
    ahead = (probabilities > own) | ((probabilities == own) & (np.arange(classes) < truth[:, np.newaxis]))
    place = ahead.sum(axis=1)
    made = {}
    for k in ks:
        if k < 1:
            raise InputError("top k counts from 1", got=str(k))
        made[k] = float((place < k).mean())
    return made
