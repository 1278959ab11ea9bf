"""When a probability reaches a threshold."""

from __future__ import annotations

import numpy as np


def reaches(probability: float, threshold: float) -> bool:
    """Equality reaches it.

    Compared in float32, where probabilities live: the probability 0.7 is 0.69999999 as a float64, and would miss a
    threshold of 0.7. PyTorch and NumPy compare a float32 array with a number in the same way.
    """
    return bool(np.float32(probability) >= np.float32(threshold))
