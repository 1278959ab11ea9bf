"""How good the answers of a regression are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .plain import Array, numbers
from .quantity_score import QuantityScore, quantity_score


@dataclass(frozen=True, eq=False)
class NumbersQuality:
    """quantities: the errors of each, in its unit and order. said, truth: read-only float64 (n, quantities)."""

    items: int
    quantities: tuple[QuantityScore, ...]
    said: Array
    truth: Array

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, without the numbers of each item; what is undefined or infinite is null."""
        return {"items": self.items, "quantities": [quantity.to_dict() for quantity in self.quantities]}


def numbers_quality(
    said: Array, truth: Array, names: Sequence[str], units: Sequence[str | None]
) -> NumbersQuality:
    """Of said and true numbers (n, quantities) in their units.

    Raises:
        InputError: nothing to measure, or arrays that do not fit.
    """
    said = numbers("said", said, None, len(names)).copy()
    truth = numbers("truth", truth, *said.shape).copy()
    for values in (said, truth):
        values.setflags(write=False)
    columns = zip(said.T, truth.T, names, units, strict=True)
    return NumbersQuality(len(said), tuple(quantity_score(*column) for column in columns), said, truth)
