"""One cell, a Python or NumPy value, as the value that its column's dtype says.

A missing cell is None: None itself, NaN, pandas' NA and NaT. The empty text is a text like any other; it is missing in a
CSV file alone, which has no other way to say it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from truecopy.contract.tables import Cell, ColumnDtype
from truecopy.errors import InputError

Reader: TypeAlias = Callable[[Any], Cell | None]

_EXACT = 2**53  # the largest float64 that says which integer was meant
_MISSING_TYPES = ("NAType", "NaTType")
_MAX_SHOWN = 60
_FLOAT32_MAX = float(np.finfo(np.float32).max)


class Mistyped(Exception):
    """A cell that its column does not take. expected: what it takes. fix: what to do about this one.

    what: the words for it behind the column's name.
    """

    def __init__(self, expected: str, fix: str, what: str = "has another type") -> None:
        self.expected, self.fix, self.what = expected, fix, what
        super().__init__(expected)


def mistyped(error: Mistyped, column: str, cell: object, row: str) -> InputError:
    """The error for a person: column, row, what stands there."""
    return InputError(
        f"column {column!r} {error.what}",
        expected=error.expected,
        got=shown(cell),
        where=row,
        fix=error.fix,
    )


def shown(cell: object) -> str:
    """`repr`, cut where it is long."""
    text = repr(cell.item() if isinstance(cell, np.generic) else cell)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def is_missing(cell: object) -> bool:
    """None, NaN of any float type, pandas.NA and NaT."""
    if cell is None:
        return True
    if isinstance(cell, float | np.floating):
        return math.isnan(cell)
    return type(cell).__name__ in _MISSING_TYPES


def float64(cell: object) -> float | None:
    if type(cell) is float:
        number = cell
    elif isinstance(cell, int | float | np.integer | np.floating | np.bool_):
        # A bool is 1.0 or 0.0, as in NumPy: a scaler does not remember that its column held bools.
        number = _to_float(cell)
    elif is_missing(cell):
        return None
    else:
        raise _no_number(cell)
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return None
    raise Mistyped(
        "a finite number", "Correct it, or leave the cell empty where the model takes missing values"
    )


def _to_float(cell: Any) -> float:
    try:
        return float(cell)
    except OverflowError as error:
        raise Mistyped("a number within float64", "Correct it") from error


def _no_number(cell: object) -> Mistyped:
    if isinstance(cell, str):
        return Mistyped("a number", "Pass it as a number: 1.5, not '1.5'")
    if isinstance(cell, bytes | bytearray):
        return Mistyped("a number", "Decode it first: float(cell.decode('utf-8'))")
    return Mistyped("a number", "Pass an int or a float")


def float32(cell: object) -> float | None:
    number = float64(cell)
    if number is None:
        return None
    if abs(number) > _FLOAT32_MAX:
        raise Mistyped("a number within float32", "Correct it")
    return float(np.float32(number))


def int64(cell: object) -> int | None:
    if isinstance(cell, int | np.integer) and not isinstance(cell, bool):
        number = int(cell)
    else:
        real = float64(cell)
        if real is None:
            return None
        if real != math.floor(real):
            raise Mistyped("a whole number", "Correct it, or fit and export the column as float64")
        if abs(real) > _EXACT:
            raise Mistyped("a whole number within 2**53, where it is a float", "Pass it as an int")
        number = int(real)
    if not -(2**63) <= number < 2**63:
        raise Mistyped("a whole number within int64", "Correct it")
    return number


def _bool(cell: object) -> bool | None:
    if isinstance(cell, bool | np.bool_):
        return bool(cell)
    if is_missing(cell):
        return None
    if isinstance(cell, int | float | np.integer | np.floating) and cell in (0, 1):
        return bool(cell)
    raise Mistyped("True or False (1 or 0)", "Pass a bool")


def _text(cell: object) -> str | None:
    if isinstance(cell, str):
        return str(cell)
    if is_missing(cell):
        return None
    if isinstance(cell, bytes | bytearray):
        raise Mistyped("text", "Decode it first: cell.decode('utf-8')")
    raise Mistyped("text", "Pass it as text: '7', not 7")


READERS: Mapping[ColumnDtype, Reader] = {
    "float64": float64,
    "float32": float32,
    "int64": int64,
    "bool": _bool,
    "text": _text,
}
