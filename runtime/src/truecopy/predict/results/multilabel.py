"""Any number of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .look import Look, looks_to_dict
from .score import TOP, Score, best_of, outputs_to_dict
from .words import in_words


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Multilabel:
    """Answer of a multilabel model for one item.

    found: the labels that reach their threshold, in the order of the outputs. scores: all labels, in that order.
    thresholds: one per label. probabilities: read-only float32 (labels,), each by itself. The rest as in
    `Classification`.
    """

    source: str
    found: tuple[Score, ...]
    scores: tuple[Score, ...]
    thresholds: tuple[float, ...]
    probabilities: np.ndarray
    passes: int
    warnings: tuple[str, ...]
    labels: tuple[str, ...]
    outputs: Mapping[str, np.ndarray] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()

    def __repr__(self) -> str:
        found = ", ".join(f"{score.label!r}: {score.probability:.4g}" for score in self.found)
        return in_words("Multilabel", self.source, f"found={{{found}}}", warnings=self.warnings)

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
            row |= looks_to_dict(self.looks)
        return row | outputs_to_dict(self.outputs)
