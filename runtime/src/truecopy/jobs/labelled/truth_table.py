"""A table of true answers: CSV with a header; comma, semicolon or tab between cells, as the header shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from truecopy.errors import InputError

from .called import MANIFEST, Called

_DELIMITERS = (",", ";", "\t")
_Cut = tuple[list[str], str, list[tuple[int, list[str]]]]  # header, delimiter, lines with their numbers


def check_truth_table(table: Path, columns: tuple[str, ...], called: Called = MANIFEST) -> None:
    """The file is there and its header names these columns: asked before anything long begins.

    Raises:
        InputError: not readable, no rows, or a column is not there or stands twice.
    """
    _cut(table, columns, called)


def read_rows(
    table: Path, columns: tuple[str, ...], called: Called = MANIFEST
) -> Iterator[tuple[Mapping[str, str], str]]:
    """The rows of the file with the columns `columns` among others, each with its place `file:line`.

    Raises:
        InputError: as `check_truth_table`, or a row with more cells than the header.
    """
    header, delimiter, lines = _cut(table, columns, called)
    for line, cells in lines[1:]:
        # A line of nothing is an empty cell where there is one column, and no row where there are several.
        if not cells and len(header) > 1:
            continue
        where = f"{table}:{line}"
        if len(cells) > len(header):
            raise InputError(
                f"a row of {called.table} has more cells than the header",
                expected=f"at most {len(header)}",
                got=str(len(cells)),
                where=where,
                fix=f"Quote a cell that holds the delimiter {delimiter!r}",
            )
        filled = [*cells, *[""] * (len(header) - len(cells))]
        yield dict(zip(header, filled, strict=True)), where


def _cut(table: Path, columns: tuple[str, ...], called: Called) -> _Cut:
    """Header, delimiter and lines, cut by the one delimiter that gives the columns."""
    try:
        text = table.read_text(encoding="utf-8-sig")
        made = {mark: _lines(text, mark) for mark in _DELIMITERS}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {called.table}: {error}", where=str(table)) from error
    headers = {mark: lines[0][1] if lines else [] for mark, lines in made.items()}
    fitting = {mark: header for mark, header in headers.items() if set(columns) <= set(header)}
    if len({tuple(header) for header in fitting.values()}) > 1:
        raise InputError(
            f"the header of {called.table} can be cut in two ways",
            got=" and ".join(map(repr, fitting)),
            where=f"{table}:1",
            fix="Quote the names of the columns",
        )
    if not fitting:
        raise _no_columns(table, columns, max(headers.values(), key=len), called)
    mark, header = next(iter(fitting.items()))
    twice = [name for name in columns if header.count(name) > 1]
    if twice:
        raise InputError(
            f"column {twice[0]!r} stands twice in {called.table}",
            where=f"{table}:1",
            fix="Remove one of them",
        )
    if len(made[mark]) < 2:
        raise InputError(
            f"{called.table} {called.has} a header and no rows", expected="one row an item", where=str(table)
        )
    return header, mark, made[mark]


def _lines(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [(reader.line_num, cells) for cells in reader]


def _no_columns(table: Path, columns: tuple[str, ...], found: list[str], called: Called) -> InputError:
    named = " and ".join(f"`{name}`" for name in columns)
    shown = ", ".join(map(repr, found[:8])) + (", ..." if len(found) > 8 else "")
    return InputError(
        f"{called.table} {called.has} no column{'s' * (len(columns) > 1)} {named}",
        expected=f"a first line {','.join(columns)}, then the rows",
        got=f"the columns {shown}" if found else "an empty file",
        where=str(table),
    )
