"""Errors of one quantity of a regression, in its unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .plain import Array, number, numbers


@dataclass(frozen=True, slots=True)
class QuantityScore:
    """mae: mean absolute error. rmse: root of the mean squared error. bias: mean of said - true. largest: the largest
    absolute error, and `largest_item` the index of its item (the first of several). All in `unit`.

    r2: the share of the variance of the truth that is explained; NaN for one item; where all truths are the same 1 if
    all answers are right and else 0.
    """

    name: str
    unit: str | None
    mae: float
    rmse: float
    bias: float
    r2: float
    largest: float
    largest_item: int

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is undefined or infinite is null."""
        return {
            "name": self.name,
            "unit": self.unit,
            "mae": number(self.mae),
            "rmse": number(self.rmse),
            "bias": number(self.bias),
            "r2": number(self.r2),
            "largest": number(self.largest),
            "largest_item": self.largest_item,
        }


def quantity_score(said: Array, truth: Array, name: str, unit: str | None) -> QuantityScore:
    """Of said and true numbers (n,), finite, in `unit`.

    Source: `sklearn.metrics`: mean_absolute_error, root_mean_squared_error, max_error, r2_score.

    Raises:
        InputError: nothing to measure, or arrays that do not fit.
    """
    said = numbers("said", said, None)
    truth = numbers("truth", truth, len(said))
    # Of numbers near the end of float64 the difference is infinite, and so is what is made of it.
    with np.errstate(over="ignore", invalid="ignore"):
        errors = said - truth
        sizes = np.abs(errors)
        place = int(sizes.argmax())
        return QuantityScore(
            name=name,
            unit=unit,
            mae=float(sizes.mean()),
            rmse=_root_mean_square(errors),
            bias=float(errors.mean()),
            r2=_r2(errors, truth),
            largest=float(sizes[place]),
            largest_item=place,
        )


def _root_mean_square(values: Array) -> float:
    """Scaled by the largest, so that no square is infinite or 0 before the mean is taken."""
    largest = float(np.abs(values).max())
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(np.sqrt(np.square(values / largest).mean()))


def _r2(errors: Array, truth: Array) -> float:
    if len(truth) < 2:
        return float("nan")
    if truth.min() == truth.max():
        # Asked of the truths themselves: the mean of three times 0.1 is not 0.1, and a division by that rounding error
        # would make -1e33 of it.
        return 0.0 if errors.any() else 1.0
    ratio = _root_mean_square(errors) / _root_mean_square(truth - truth.mean())
    # A power beyond float64 is an error in Python, a product is infinite.
    return 1 - ratio * ratio
