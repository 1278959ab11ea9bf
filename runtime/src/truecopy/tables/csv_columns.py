"""Which way of cutting the header of a CSV file gives a contract's columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from truecopy.errors import InputError, UnreadableInput

from .columns import Columns, listed
from .csv_header import Header

_WORDS = {",": "comma", ";": "semicolon", "\t": "tab"}


def header_of(columns: Columns, found: Sequence[Header], path: str) -> Header:
    """The one header among those found that names the contract's columns.

    Raises:
        UnreadableInput: the file is empty. InputError: a column is missing, unknown, or stands twice; or two delimiters
            give the columns.
    """
    if not found:
        raise UnreadableInput(
            "the file is empty", expected="a header with the names of the columns, then rows", where=path
        )
    fitting = {header.names: header for header in reversed(found) if _fits(header, columns)}
    if len(fitting) > 1:
        marks = " and ".join(_WORDS[header.delimiter] for header in reversed(fitting.values()))
        raise InputError(
            "the header can be cut in two ways", got=f"{marks} both give the columns", where=f"{path}:1",
            fix="Quote the names, or pass a DataFrame",
        )  # fmt: skip
    if fitting:
        return next(iter(fitting.values()))
    closest = max(
        found,
        key=lambda header: (
            len(columns.known.intersection(header.names)),
            len(header.names) == len(columns.names),
        ),
    )
    _refuse(closest, columns, path)
    return closest


def _fits(header: Header, columns: Columns) -> bool:
    return (
        len(set(header.names)) == len(header.names)
        and columns.known.issuperset(header.names)
        and set(header.names).issuperset(columns.values)
    )


def _refuse(header: Header, columns: Columns, path: str) -> None:
    where = f"{path}:1"
    name, times = Counter(header.names).most_common(1)[0]
    if times > 1:
        raise InputError(f"column {name!r} stands twice in the header", where=where, fix="Remove one of them")
    if not columns.known.intersection(header.names):
        raise InputError(
            "the first line names no column of the model",
            expected=f"a header with {listed(columns.names)}",
            got=listed(header.names),
            where=where,
            fix=_unknown_fix(header, columns),
        )
    columns.check_names(header.names, where)


def _unknown_fix(header: Header, columns: Columns) -> str:
    """Fitted on an array the columns have scikit-learn's names for those that have none: x0, x1, ..."""
    count = len(columns.names)
    unnamed = columns.names == tuple(f"x{place}" for place in range(count))
    if unnamed and len(header.names) == count:
        return (
            f"The model was fitted without names: rename the columns to {listed(columns.names)}, in the order of "
            "training, or fit on the DataFrame and export again"
        )
    return "Write the names of the columns as the first line"
