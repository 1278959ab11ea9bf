"""Yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .look import Look, looks_to_dict
from .score import TOP, outputs_to_dict
from .words import in_words


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Binary:
    """Answer of a binary model for one item.

    label: the positive one where `probability` reaches `threshold`, else the other; index: its place among `labels`.
    probability: of the positive label, whichever label was given. probabilities: read-only float32 (2,), of both labels
    in their order. The rest as in `Classification`.
    """

    source: str
    label: str
    index: int
    positive: bool
    probability: float
    threshold: float
    probabilities: np.ndarray
    passes: int
    warnings: tuple[str, ...]
    labels: tuple[str, ...]
    outputs: Mapping[str, np.ndarray] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()

    def __repr__(self) -> str:
        decided = f"label={self.label!r}"
        found = f"probability of {self.labels[self._positive]!r}={self.probability:.4g}"
        return in_words(
            "Binary", self.source, decided, found, f"threshold={self.threshold:g}", warnings=self.warnings
        )

    @property
    def _positive(self) -> int:
        return self.index if self.positive else 1 - self.index

    def to_dict(self, *, probabilities: bool = False, top: int = TOP) -> dict[str, Any]:  # noqa: ARG002
        """Plain data for JSON."""
        row: dict[str, Any] = {
            "source": self.source,
            "label": self.label,
            "index": self.index,
            "positive": self.positive,
            "probability": self.probability,
            "threshold": self.threshold,
            "passes": self.passes,
            "warnings": list(self.warnings),
        }
        if probabilities:
            row["probabilities"] = [float(p) for p in self.probabilities]
            row |= looks_to_dict(self.looks)
        return row | outputs_to_dict(self.outputs)
