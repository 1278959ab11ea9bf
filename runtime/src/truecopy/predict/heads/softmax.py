"""Softmax in float32, of logits that may rule an outcome out."""

from __future__ import annotations

import numpy as np

from truecopy.errors import OutputError

from .finite import check_not_nan, has_a_number


def softmax(rows: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """float32 (..., outcomes) as probabilities over the last axis, float32 (`torch.softmax`, `scipy.special.softmax`).

    Divided by the temperature first, then the largest value is subtracted. -infinity is an outcome that the graph rules
    out (a mask): its probability is 0, as long as one number of its row is finite.

    Raises:
        OutputError: NaN, +infinity, a row of nothing but -infinity, or numbers that the temperature makes too large.
    """
    check_not_nan(rows)
    if not has_a_number(rows):
        raise OutputError(
            "the graph rules every outcome out", expected="a finite number", got="-infinity only"
        )
    # The largest numbers of float32 overflow quietly here: to an outcome of probability 0, or to the error below.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        scaled: np.ndarray = rows / np.float32(temperature)
        if not np.array_equal(np.isfinite(scaled), np.isfinite(rows)) or np.isnan(scaled).any():
            raise OutputError(
                f"the answer divided by the temperature {temperature} is no number", expected="finite numbers"
            )
        exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    normalised: np.ndarray = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return normalised
