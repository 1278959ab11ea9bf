"""Values of fitted attributes as cells of the contract."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from truecopy.contract.tables import Cell
from truecopy.errors import RecipeError

from .tracks import Kind, Marker


def is_nan(value: Any) -> bool:
    """NaN, or pandas' NA, which scikit-learn takes for the same."""
    return (isinstance(value, float | np.floating) and bool(np.isnan(value))) or type(
        value
    ).__name__ == "NAType"


def marker_of(value: Any) -> Marker | None:
    """Which marker of missing cells `value` is; None: a value."""
    if value is None:
        return "none"
    return "nan" if is_nan(value) else None


def cell(value: Any, what: str) -> Cell:
    """Raises:
    RecipeError: neither text nor a finite number.
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return finite(value, what)
    raise RecipeError(
        f"{what} is a {type(value).__name__}", expected="text, a number or a bool", got=repr(value)
    )


def finite(value: Any, what: str) -> float:
    """Raises:
    RecipeError: NaN or infinite.
    """
    number = float(value)
    if not math.isfinite(number):
        raise RecipeError(
            f"{what} is {number}",
            expected="a finite number",
            fix="Fit again without the columns that were empty or infinite at training",
        )
    return number


def kind_of(categories: tuple[Cell, ...], dtype: np.dtype[Any], what: str) -> Kind | None:
    """What cells an encoder was fitted on; None: on missing ones only.

    dtype: of `categories_[i]`; an array of objects tells by its elements.

    Raises:
        RecipeError: text and numbers, or bools and numbers, in one column.
    """
    if dtype.kind == "f":
        return "float32" if dtype == np.float32 else "float64"
    found = {_kind(category) for category in categories}
    if found == {"int64", "float64"}:
        return "float64"
    if len(found) > 1:
        raise RecipeError(
            f"the categories of {what} mix {' and '.join(sorted(found))}",
            fix="Give the column one type before fitting, for example X[column].astype(str)",
        )
    return found.pop() if found else None


def _kind(value: Cell) -> Kind:
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "bool"
    return "int64" if isinstance(value, int) else "float64"
