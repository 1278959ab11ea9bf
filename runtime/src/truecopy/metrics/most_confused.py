"""Which classes are taken for which, the most often first."""

from __future__ import annotations

import numpy as np

from .plain import Array


def most_confused(confusion: Array, most: int) -> list[tuple[int, int, int, float]]:
    """(true, said, items, share of the true class) of the pairs with most items, ties by their place.

    confusion: int (classes, classes), rows are the truth.
    """
    true, said = np.nonzero(confusion)
    wrong = true != said
    true, said = true[wrong], said[wrong]
    numbers = confusion[true, said]
    order = np.argsort(-numbers, kind="stable")[:most]
    totals = confusion.sum(axis=1)
    return [
        (int(true[i]), int(said[i]), int(numbers[i]), float(numbers[i] / totals[true[i]]))
        for i in order.tolist()
    ]
