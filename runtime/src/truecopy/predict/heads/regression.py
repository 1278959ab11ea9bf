"""Numbers with units: raw row -> the scalers of training undone -> clipped values. Pure functions of the task."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Quantity, Regression, Undo, UndoLog1p, UndoMinMax, UndoStandard
from truecopy.contract.kind import kind_of
from truecopy.errors import OutputError
from truecopy.predict import results

from .finite import check_finite


def activate(task: Regression, rows: np.ndarray) -> np.ndarray:
    """(n, quantities), rows of the answer, as numbers in their units, float64 (n, quantities), not clipped.

    Raises:
        OutputError: NaN or infinity, of the graph or after a step of `undo`.
    """
    check_finite(rows)
    numbers = rows.astype(np.float64)
    for index, step in enumerate(task.undo):
        with np.errstate(over="ignore", invalid="ignore"):
            undone = _undone(step, numbers)
        if not np.isfinite(undone).all():
            row, column = np.argwhere(~np.isfinite(undone))[0]
            raise OutputError(
                f"undoing {kind_of(step)} makes no number of {task.values[column].name!r}",
                expected="a finite number",
                got=f"{undone[row, column]:g} of {numbers[row, column]:g}",
                where=f"`$.task.undo[{index}]`",
            )
        numbers = undone
    return numbers


def _undone(step: Undo, numbers: np.ndarray) -> np.ndarray:
    """scikit-learn `StandardScaler.inverse_transform`, `MinMaxScaler.inverse_transform`; `numpy.expm1`."""
    match step:
        case UndoStandard(mean=mean, scale=scale):
            undone = numbers if scale is None else numbers * np.array(scale)
            undone = undone if mean is None else undone + np.array(mean)
        case UndoMinMax():
            undone = (numbers - np.array(step.min)) / np.array(step.scale)
        case UndoLog1p():
            undone = np.expm1(numbers)
    return undone


def decide(
    task: Regression, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int
) -> results.Regression:
    """The result for numbers (quantities,); those beyond their range are set to its end."""
    check_finite(row)
    values = tuple(_value(quantity, float(y)) for quantity, y in zip(task.values, row, strict=True))
    numbers = np.array([value.value for value in values], np.float64)
    numbers.setflags(write=False)
    return results.Regression(source, values, numbers, passes, warnings)


def _value(quantity: Quantity, number: float) -> results.Value:
    low, high = quantity.clip
    if low is not None and number < low:
        return results.Value(quantity.name, low, quantity.unit, "low")
    if high is not None and number > high:
        return results.Value(quantity.name, high, quantity.unit, "high")
    return results.Value(quantity.name, number, quantity.unit, None)
