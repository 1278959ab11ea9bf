"""One class and its probability, and what all results share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

TOP = 5


@dataclass(frozen=True, slots=True)
class Score:
    """One class and its probability; `index` is its identity, labels may repeat."""

    label: str
    index: int
    probability: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"label": self.label, "index": self.index, "probability": self.probability}


def best_of(probabilities: np.ndarray, labels: tuple[str, ...], k: int) -> tuple[Score, ...]:
    """The best `k` classes, best first, ties to the lower index."""
    if k < 0:
        raise ValueError(f"k must not be negative, got {k}")
    best = np.argsort(-probabilities, kind="stable")[:k]
    return tuple(Score(labels[i], int(i), float(probabilities[i])) for i in best)


def outputs_to_dict(outputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """`{"outputs": {name: nested lists}}`, or nothing where none was asked for.

    null stands for NaN and infinity, which JSON has no numbers for.
    """
    return {"outputs": {name: _plain(array) for name, array in outputs.items()}} if outputs else {}


def _plain(array: np.ndarray) -> Any:
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return array.tolist()
    numbers = array.astype(object)
    numbers[~np.isfinite(array)] = None
    return numbers.tolist()
