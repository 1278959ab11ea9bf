"""Any source of one row, or of many, to rows of typed cells."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from truecopy.errors import InputError, Unsupported
from truecopy.limits import Limits

from .columns import Columns
from .csv_file import csv_rows
from .frame import frame_rows, is_frame, is_series
from .mistaken import HEAD, check_source, check_text
from .row import Row

_KINDS = "biufOUT"  # of NumPy's dtypes
_MANY = "This is many rows: model.predict(...) takes them"


def row_of(source: Any, columns: Columns, name: str) -> Row:
    """One row: a mapping, a `Row`, or cells in the order of the columns (1-D array, list, tuple).

    Raises:
        InputError: a column is missing, unknown or of another type; or the row's own problem.
        Unsupported: this is no row.
    """
    if isinstance(source, Row):
        if source.problem is not None:
            raise source.problem
        cells = columns.of_mapping(source.cells, source.name)
        return Row(source.name, cells, source.path, source.line)
    if isinstance(source, Mapping):
        return Row(name, columns.of_mapping(source, name))
    if isinstance(source, list | tuple):
        return Row(name, columns.of_ordered(_flat(source, name), name))
    if isinstance(source, np.ndarray) and source.ndim == 1:
        return Row(name, columns.of_ordered(_values(source, name), name))
    if is_series(source):
        return Row(name, columns.of_mapping(source.to_dict(), name))
    raise _no_row(source, name)


def rows_of(sources: Any, columns: Columns, limits: Limits) -> Iterable[Row]:
    """Many rows: the path of a CSV file, a 2-D array, a DataFrame, or any iterable of rows.

    A row that is wrong is a row with a problem. Nothing is read beyond the row that is asked for.

    Raises:
        InputError: this is one row, or nothing that can be gone through; and the errors of a CSV file's header.
    """
    check_source(sources, name_of(sources))
    if isinstance(sources, str | os.PathLike):
        return csv_rows(os.fsdecode(sources), columns, limits)
    if is_frame(sources):
        return frame_rows(sources, columns)
    array = isinstance(sources, np.ndarray)
    one = isinstance(sources, Mapping | Row | bytes | bytearray | memoryview) or is_series(sources)
    if one or hasattr(sources, "read") or (array and sources.ndim != 2) or not _iterable(sources):
        raise Unsupported(
            "this is no list of rows",
            expected="a CSV file's path, a 2-D array, a DataFrame, or an iterable of dicts",
            got=f"a {sources.ndim}-D array" if array else f"one {type(sources).__name__}",
            fix="Put one row into a list: [row]",
        )
    return _each(sources, columns)


def _each(sources: Iterable[Any], columns: Columns) -> Iterator[Row]:
    for index, source in enumerate(sources):
        name = source.name if isinstance(source, Row) else f"<row {index}>"
        try:
            yield row_of(source, columns, name)
        except InputError as error:
            where = (source.path, source.line) if isinstance(source, Row) else (None, None)
            yield Row(name, {}, *where, problem=error)


def name_of(source: object) -> str:
    """How messages and results call a source."""
    if isinstance(source, Row):
        return source.name
    return os.fsdecode(source) if isinstance(source, str | os.PathLike) else "<row>"


def _iterable(sources: object) -> bool:
    return hasattr(sources, "__iter__") or hasattr(sources, "__getitem__")


def _flat(cells: Any, name: str) -> Any:
    if cells and isinstance(cells[0], list | tuple | Mapping | Row | np.ndarray):
        raise Unsupported(
            "a row holds single cells", got=f"a {type(cells[0]).__name__} in it", where=name, fix=_MANY
        )
    return cells


def _values(array: np.ndarray, name: str) -> list[Any]:
    """Python's values: dates would turn into plain integers here."""
    if array.dtype.kind not in _KINDS:
        raise Unsupported(
            "an array of another type",
            expected="numbers, bool, text or objects",
            got=str(array.dtype),
            where=name,
        )
    values: list[Any] = array.tolist()
    return values


def _no_row(source: Any, name: str) -> InputError:
    check_source(source, name)
    if isinstance(source, str | os.PathLike):
        return _no_row_but_path(os.fsdecode(source))
    many = is_frame(source) or isinstance(source, np.ndarray)
    got = f"an array of shape {source.shape}" if isinstance(source, np.ndarray) else type(source).__name__
    return Unsupported(
        "this is no row of a table",
        expected="a dict, {column: value}, or the cells in the order of the columns",
        got=got,
        where=name,
        fix=_MANY if many else "Turn it into a dict first",
    )


def _no_row_but_path(path: str) -> InputError:
    check_text(_head(path), path)
    return Unsupported(
        "a text is no row; the path of a CSV file is many",
        expected="a dict, {column: value}",
        got=repr(path[:60]),
        fix=f"For the rows of a file: model.predict({path[:60]!r})",
    )


def _head(path: str) -> bytes:
    """The first bytes, where the text is the path of a file."""
    try:
        with Path(path).open("rb") as stream:
            return stream.read(HEAD)
    except (OSError, ValueError):  # ValueError: a null byte in the name
        return b""
