"""The header of a CSV file: its columns, and by them what stands between cells."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass

from truecopy.errors import InputError, UnreadableInput

from .columns import Columns, listed
from .csv_lines import SAVE, Lines

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


@dataclass(frozen=True, slots=True)
class Header:
    names: tuple[str, ...]
    delimiter: str


def read_header(lines: Lines, columns: Columns, path: str) -> Header:
    """Line 1, cut by the one delimiter that gives the contract's columns.

    Raises:
        UnreadableInput: the file is empty, or the header is no CSV. InputError: a column is missing, unknown, or stands
            twice; or two delimiters give the columns.
    """
    first = _whole(lines, path)
    found = [header for mark in _DELIMITERS if (header := _cut(first, mark)) is not None]
    if not found:
        if "\r" in first[0].rstrip("\r\n"):
            raise UnreadableInput(
                "lines end with a lone carriage return, as on old Macs", expected="line feeds",
                where=f"{path}:1", fix=SAVE,
            )  # fmt: skip
        raise UnreadableInput("the header is not CSV", got=repr(first[0][:60]), where=f"{path}:1")
    fitting = {header.names: header for header in reversed(found) if _fits(header, columns)}
    if len(fitting) > 1:
        marks = " and ".join(_DELIMITERS[header.delimiter] for header in reversed(fitting.values()))
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


def _whole(lines: Lines, path: str) -> list[str]:
    """The first line that is not empty, and those that its quotes go on over."""
    whole: list[str] = []
    quotes = 0
    for line in lines:
        if whole or line.strip("\r\n"):
            whole.append(line)
            quotes += line.count('"')
        if whole and quotes % 2 == 0:
            return whole
    if whole:
        raise UnreadableInput("a quote in the header is never closed", where=f"{path}:1")
    raise UnreadableInput(
        "the file is empty", expected="a header with the names of the columns, then rows", where=path
    )


def _cut(lines: list[str], delimiter: str) -> Header | None:
    try:
        (names,) = csv.reader(lines, delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):  # ValueError: more than one row
        return None
    return Header(tuple(names), delimiter)


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
