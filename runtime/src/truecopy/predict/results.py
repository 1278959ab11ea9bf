"""What a prediction says: frozen, typed, one class a task."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from truecopy.errors import TruecopyError

TOP = 5


@dataclass(frozen=True, slots=True)
class Score:
    """One class and its probability; `index` is its identity, labels may repeat."""

    label: str
    index: int
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """Answer of a multiclass model for one image.

    confidence: probability of `label`. top: the best five, best first, ties to the lower index.
    probabilities: read-only float32 (classes,), sums to 1. accepted: confidence reaches the contract's threshold;
    True where it has none. passes: forward passes used. warnings: what was noticed while reading the image.
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

    def top_k(self, k: int) -> tuple[Score, ...]:
        """The best `k` classes, best first, ties to the lower index."""
        if k < 0:
            raise ValueError(f"k must not be negative, got {k}")
        best = np.argsort(-self.probabilities, kind="stable")[:k]
        return tuple(Score(self.labels[i], int(i), float(self.probabilities[i])) for i in best)

    def to_dict(self, *, probabilities: bool = False, top: int = TOP) -> dict[str, Any]:
        """Plain data for JSON."""
        scores = self.top if top == len(self.top) else self.top_k(top)
        row: dict[str, Any] = {
            "source": self.source,
            "label": self.label,
            "index": self.index,
            "confidence": self.confidence,
            "accepted": self.accepted,
            "top": [{"label": s.label, "index": s.index, "probability": s.probability} for s in scores],
            "passes": self.passes,
            "warnings": list(self.warnings),
        }
        if probabilities:
            row["probabilities"] = [float(p) for p in self.probabilities]
        return row


@dataclass(frozen=True, slots=True)
class Failure:
    """One item that could not be answered; it changes no other item's answer."""

    source: str
    error: TruecopyError

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"source": self.source, "error": str(self.error), "kind": type(self.error).__name__}


Result: TypeAlias = Classification
