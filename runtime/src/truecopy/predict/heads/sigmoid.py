"""Sigmoid in float32, where no number overflows."""

from __future__ import annotations

import numpy as np

from .finite import check_not_nan


def sigmoid(rows: np.ndarray) -> np.ndarray:
    """float32 as probabilities, each by itself, float32 (`torch.sigmoid`, `scipy.special.expit`).

    -infinity is an outcome that the graph rules out: its probability is 0.

    Raises:
        OutputError: NaN or +infinity.
    """
    check_not_nan(rows)
    # exp of -|x| lies in [0, 1]; an x below the smallest number of float32 becomes 0 quietly.
    with np.errstate(under="ignore"):
        small = np.exp(-np.abs(rows))
    probabilities: np.ndarray = np.where(rows >= 0, np.float32(1), small) / (np.float32(1) + small)
    return probabilities
