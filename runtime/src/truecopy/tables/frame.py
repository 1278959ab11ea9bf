"""Rows of a DataFrame, recognised by what it can do: neither pandas nor polars is imported.

Cells are taken column by column, so that each keeps its own type: a row of a DataFrame of ints and floats would be
floats alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from truecopy.errors import InputError, Unsupported

from .columns import Columns, listed
from .row import Row

_CHUNK = 1024  # rows that are Python values at one time


def is_frame(source: object) -> bool:
    """Pandas (`iloc`) or polars (`slice`)."""
    return hasattr(source, "columns") and hasattr(source, "shape") and (
        hasattr(source, "iloc") or hasattr(source, "slice")
    )  # fmt: skip


def is_series(source: object) -> bool:
    """One row of a pandas DataFrame: `frame.iloc[0]`."""
    return hasattr(source, "index") and hasattr(source, "to_dict") and not hasattr(source, "columns")


def frame_rows(frame: Any, columns: Columns) -> Iterator[Row]:
    """The rows, named by their place.

    Raises:
        Unsupported: the columns have no text names. InputError: one is missing, unknown, or stands twice.
    """
    names = list(frame.columns)
    if not all(isinstance(name, str) for name in names):
        raise Unsupported(
            "the columns of the DataFrame have no names of text",
            expected=listed(columns.names),
            got=", ".join(str(name)[:40] for name in names[:4]),
            fix="Name them, or pass frame.to_numpy() where they are in the model's order",
        )
    name, times = Counter(names).most_common(1)[0] if names else ("", 0)
    if times > 1:
        raise InputError(f"column {name!r} stands twice in the DataFrame", fix="Remove one of them")
    columns.check_names(names, "<DataFrame>")
    return _rows(frame, columns)


def _rows(frame: Any, columns: Columns) -> Iterator[Row]:
    used = tuple(columns.values)
    for begin in range(0, frame.shape[0], _CHUNK):
        chunk = frame.iloc[begin : begin + _CHUNK] if hasattr(frame, "iloc") else frame.slice(begin, _CHUNK)
        taken = [_values(chunk[name]) for name in used]
        for index, cells in enumerate(zip(*taken, strict=True), begin):
            name = f"<row {index}>"
            try:
                yield Row(name, columns.of_mapping(dict(zip(used, cells, strict=True)), name))
            except InputError as error:
                yield Row(name, {}, problem=error)


def _values(column: Any) -> list[Any]:
    values: list[Any] = column.tolist() if hasattr(column, "tolist") else column.to_list()
    return values
