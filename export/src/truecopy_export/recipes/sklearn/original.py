"""The fitted object itself, fed as training fed it: what the contract's rows are held against."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from truecopy.contract.tables import ColumnDtype
from truecopy.errors import RecipeError

from .cells import is_nan
from .tracks import FLOAT64, OBJECT, Marker, TableReading

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Rows: TypeAlias = Sequence[Mapping[str, object]]

_EMPTY: Mapping[Marker, object] = {"nan": float("nan"), "none": None}


def original_of(
    transform: Any, reading: TableReading, used: frozenset[str], width: int
) -> Callable[..., Array]:
    """A function from rows of typed cells, None for a missing one, to what `transform` makes of them, dense.

    used: columns that some feature is made of; the others get a cell that the object takes. width: features.
    """
    dtypes = {reading.names[column]: dtype for column, dtype in reading.columns.items()}
    missing = {name: _EMPTY[reading.markers.get(column, "nan")] for column, name in enumerate(reading.names)}
    unread = {
        name: reading.known.get(column) for column, name in enumerate(reading.names) if name not in used
    }
    library = _frame_library() if reading.named else None

    def original(rows: Rows) -> Array:
        if not rows:
            return np.zeros((0, width), FLOAT64)  # scikit-learn refuses none
        columns = {
            name: _column([unread.get(name, row.get(name)) for row in rows], dtypes[name], missing[name])
            for name in reading.names
        }
        given = _array(list(columns.values())) if library is None else _frame(columns, library)
        with warnings.catch_warnings():
            # It names the columns that it drops and the categories that it does not know, at every call.
            warnings.simplefilter("ignore", UserWarning)
            made = transform.transform(given)
        dense = np.asarray(made.toarray() if hasattr(made, "toarray") else made)
        return dense.astype(FLOAT64) if dense.dtype == OBJECT else dense

    return original


def _column(cells: list[object], dtype: ColumnDtype, missing: object) -> Array:
    """One column with the dtype that a data frame gives it: empty cells turn int64 to float64, bool to objects."""
    empty = any(cell is None for cell in cells)
    if dtype == "text" or (empty and (missing is None or dtype == "bool")):
        column = np.empty(len(cells), OBJECT)
        column[:] = [missing if cell is None else cell for cell in cells]
        return column
    whole = dtype in ("int64", "bool") and not empty
    numbers = [missing if cell is None else cell for cell in cells]
    return np.asarray(numbers, dtype=dtype if whole or dtype == "float32" else FLOAT64)


def _array(columns: list[Array]) -> Array:
    """Columns without names, as one array: objects where there is text, else the dtype that holds them all."""
    dtypes = [column.dtype for column in columns]
    common = OBJECT if OBJECT in dtypes else np.result_type(*dtypes)
    return np.stack([column.astype(common) for column in columns], axis=1)


def _frame(columns: Mapping[str, Array], library: str) -> Any:
    frames = importlib.import_module(library)
    if library == "pandas":
        return frames.DataFrame(
            {name: frames.Series(column, dtype=column.dtype) for name, column in columns.items()}
        )
    return frames.DataFrame({name: _nulls(column) for name, column in columns.items()})


def _nulls(column: Array) -> Any:
    """Polars knows one empty text: null, which scikit-learn sees as None."""
    if column.dtype != OBJECT:
        return column
    return [None if is_nan(cell) else cell for cell in column.tolist()]


def _frame_library() -> str:
    """Raises:
    RecipeError: neither is installed, and the object was fitted on names.
    """
    for name in ("pandas", "polars"):
        if importlib.util.find_spec(name) is not None:
            return name
    raise RecipeError(
        "the object was fitted on a data frame, and neither pandas nor polars is installed",
        fix='Type: pip install "truecopy-export[sklearn]"',
    )
