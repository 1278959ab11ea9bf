"""One of n classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .look import Look, looks_to_dict
from .score import TOP, Score, best_of, outputs_to_dict


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """Answer of a multiclass model for one item.

    confidence: probability of `label`. top: the best five, best first, ties to the lower index.
    probabilities: read-only float32 (classes,), sums to 1. accepted: confidence reaches the contract's threshold;
    True where it has none. passes: forward passes used. warnings: what was noticed while reading the item.
    outputs: other outputs of the graph that were asked for by name, read-only.
    looks: what each pass said, in the order of the passes; empty where the strategy has only one.
    """

    source: str
    label: str
    index: int
    confidence: float
    top: tuple[Score, ...]
    probabilities: np.ndarray = field(repr=False)
    accepted: bool
    passes: int
    warnings: tuple[str, ...]
    labels: tuple[str, ...] = field(repr=False)
    outputs: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False)
    looks: tuple[Look, ...] = field(default=(), repr=False)

    def top_k(self, k: int) -> tuple[Score, ...]:
        """The best `k` classes, best first, ties to the lower index."""
        return best_of(self.probabilities, self.labels, k)

    def to_dict(self, *, probabilities: bool = False, top: int = TOP) -> dict[str, Any]:
        """Plain data for JSON."""
        scores = self.top if top == len(self.top) else self.top_k(top)
        row: dict[str, Any] = {
            "source": self.source,
            "label": self.label,
            "index": self.index,
            "confidence": self.confidence,
            "accepted": self.accepted,
            "top": [score.to_dict() for score in scores],
            "passes": self.passes,
            "warnings": list(self.warnings),
        }
        if probabilities:
            row["probabilities"] = [float(p) for p in self.probabilities]
            row |= looks_to_dict(self.looks)
        return row | outputs_to_dict(self.outputs)
