"""A table of true answers: CSV with a header; comma, semicolon or tab between cells, as the header shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from truecopy.errors import InputError
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.tables.csv_header import Header, cut_header
from truecopy.tables.csv_lines import Lines
from truecopy.tables.csv_records import csv_records, open_csv
from truecopy.tables.mistaken import HEAD, check_csv

from .called import MANIFEST, Called


def check_truth_table(table: Path, columns: tuple[str, ...], called: Called = MANIFEST) -> None:
    """The file is there, its header names these columns, and every row has its cells: before anything long begins.

    Raises:
        InputError: as `read_rows`.
    """
    for _ in read_rows(table, columns, called):
        pass


def read_rows(
    table: Path, columns: tuple[str, ...], called: Called = MANIFEST, limits: Limits = DEFAULT_LIMITS
) -> Iterator[tuple[Mapping[str, str], str]]:
    """The cells of the columns `columns`, which stand among others; row by row, each with its place `file:line`.

    A line of nothing is an empty cell where there is one column, and no row where there are several.

    Raises:
        InputError: no such file, no CSV, no rows; a column is not there or stands twice; or a row is wrong, such as one
            with fewer cells than the header, or with a quote that is never closed.
    """
    path = str(table)
    empty = True
    with open_csv(path) as stream:
        check_csv(stream.peek(HEAD)[:HEAD], path)
        lines = Lines(stream, path, limits)
        header = _header(cut_header(lines, path), columns, path, called)
        places = {name: header.names.index(name) for name in columns}
        for record in csv_records(lines, header, path):
            if record.problem is not None:
                raise record.problem
            if not record.cells and len(header.names) > 1:
                continue
            empty = False
            cells = record.cells or ("",)
            yield {name: cells[place] for name, place in places.items()}, record.name
    if empty:
        raise InputError(
            f"{called.table} {called.has} a header and no rows", expected="one row an item", where=path
        )


def _header(found: Sequence[Header], columns: tuple[str, ...], path: str, called: Called) -> Header:
    """The one way to cut the header that gives the columns."""
    fitting = [header for header in found if set(columns) <= set(header.names)]
    if len({header.names for header in fitting}) > 1:
        raise InputError(
            f"the header of {called.table} can be cut in two ways",
            got=" and ".join(repr(header.delimiter) for header in fitting),
            where=f"{path}:1",
            fix="Quote the names of the columns",
        )
    if not fitting:
        nearest = max(
            (header.names for header in found),
            key=lambda names: (len(set(columns) & set(names)), len(names)),
            default=(),
        )
        raise _no_columns(path, columns, nearest, called)
    twice = [name for name in columns if fitting[0].names.count(name) > 1]
    if twice:
        raise InputError(
            f"column {twice[0]!r} stands twice in {called.table}",
            where=f"{path}:1",
            fix="Remove one of them",
        )
    return fitting[0]


def _no_columns(path: str, columns: tuple[str, ...], found: Sequence[str], called: Called) -> InputError:
    missing = [name for name in columns if name not in found]
    named = " and ".join(f"`{name}`" for name in missing)
    shown = ", ".join(map(repr, found[:8])) + (", ..." if len(found) > 8 else "")
    return InputError(
        f"{called.table} {called.has} no column{'s' * (len(missing) > 1)} {named}",
        expected=f"a first line {','.join(columns)}, then the rows",
        got=f"the columns {shown}" if found else "an empty file",
        where=path,
    )
