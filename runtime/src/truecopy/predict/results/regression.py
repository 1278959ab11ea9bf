"""Numbers with names and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .look import Look, looks_to_dict
from .score import TOP, outputs_to_dict
from .words import in_words


@dataclass(frozen=True, slots=True)
class Value:
    """One quantity. value: in `unit` (None: it has none), after clipping. clipped: the range's end that it was set to,
    `low` or `high`; None where it lay inside.
    """

    name: str
    value: float
    unit: str | None
    clipped: str | None

    @property
    def in_unit(self) -> str:
        """`152.3 points`, for people."""
        return f"{self.value:.6g}" + (f" {self.unit}" if self.unit else "")

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"name": self.name, "value": self.value, "unit": self.unit, "clipped": self.clipped}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Regression:
    """Answer of a regression for one item. numbers: read-only float64 (quantities,), as in `values`."""

    source: str
    values: tuple[Value, ...]
    numbers: np.ndarray
    passes: int
    warnings: tuple[str, ...]
    outputs: Mapping[str, np.ndarray] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()

    def __repr__(self) -> str:
        return in_words("Regression", self.source, *map(_in_words, self.values), warnings=self.warnings)

    def __getitem__(self, name: str) -> float:
        """The value of the quantity `name`."""
        for value in self.values:
            if value.name == name:
                return value.value
        raise KeyError(f"no value {name!r}: there are {', '.join(value.name for value in self.values)}")

    def to_dict(self, *, probabilities: bool = False, top: int = TOP) -> dict[str, Any]:  # noqa: ARG002
        """Plain data for JSON; `probabilities` asks for the looks."""
        row = {
            "source": self.source,
            "values": [value.to_dict() for value in self.values],
            "passes": self.passes,
            "warnings": list(self.warnings),
        }
        return row | (looks_to_dict(self.looks) if probabilities else {}) | outputs_to_dict(self.outputs)


def _in_words(value: Value) -> str:
    """`progression=152.3 points`, `age=18 years (clipped, low)`."""
    clipped = "" if value.clipped is None else f" (clipped, {value.clipped})"
    return f"{value.name}={value.in_unit}{clipped}"
