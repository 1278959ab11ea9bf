"""Any number of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .score import TOP, Score, best_of, outputs_to_dict


@dataclass(frozen=True, slots=True, eq=False)
class Multilabel:
    """Answer of a multilabel model for one item.

    found: the labels that reach their threshold, in the order of the outputs. scores: all labels, in that order.
    thresholds: one per label. probabilities: read-only float32 (labels,), each by itself. The rest as in
    `Classification`.
    """

    source: str
    found: tuple[Score, ...]
    scores: tuple[Score, ...] = field(repr=False)
    thresholds: tuple[float, ...] = field(repr=False)
    probabilities: np.ndarray = field(repr=False)
    passes: int
    warnings: tuple[str, ...]
    labels: tuple[str, ...] = field(repr=False)
    outputs: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False)

    def top_k(self, k: int) -> tuple[Score, ...]:
        """The best `k` labels, best first, ties to the lower index; thresholds do not matter."""
        return best_of(self.probabilities, self.labels, k)

    def to_dict(self, *, probabilities: bool = False, top: int = TOP) -> dict[str, Any]:
        """Plain data for JSON."""
        row: dict[str, Any] = {
            "source": self.source,
            "labels": [score.label for score in self.found],
            "found": [score.to_dict() for score in self.found],
            "top": [score.to_dict() for score in self.top_k(top)],
            "passes": self.passes,
            "warnings": list(self.warnings),
        }
        if probabilities:
            row["probabilities"] = [float(p) for p in self.probabilities]
        return row | outputs_to_dict(self.outputs)
