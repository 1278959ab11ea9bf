"""What was said against what is true."""

from __future__ import annotations

import numpy as np

from .plain import Array, indexes


def confusion(truth: Array, said: Array, classes: int) -> Array:
    """int64 (classes, classes): items of the class of the row that were said to be of the class of the column.

    truth, said: whole numbers (n,).

    Source: `sklearn.metrics.confusion_matrix(labels=range(classes))`.

    Raises:
        InputError: nothing to measure, arrays that do not fit, or an index that no class has.
    """
    truth = indexes("truth", truth, classes, None)
    said = indexes("said", said, classes, len(truth))
    return np.bincount(truth * classes + said, minlength=classes * classes).reshape(classes, classes)
