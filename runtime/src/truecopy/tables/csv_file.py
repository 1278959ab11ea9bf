"""Rows of a CSV file, one at a time: its records as the typed cells of a model's columns.

Empty lines are passed over. A row that is wrong is a row with a problem; the rows behind it are read all the same.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from io import BufferedReader

from truecopy.errors import InputError, UnreadableInput
from truecopy.limits import Limits

from .columns import Columns
from .csv_columns import header_of
from .csv_header import cut_header
from .csv_lines import Lines
from .csv_records import csv_records, open_csv
from .mistaken import HEAD, check_text
from .row import Row


def csv_rows(path: str, columns: Columns, limits: Limits) -> Generator[Row, None, None]:
    """The rows of the file; it is opened and its header read before this returns.

    Raises:
        UnreadableInput, Unsupported: no such file, or no CSV file. InputError: the header does not name the columns.
        While rows are read: TooLarge: a row is longer than the limit. UnreadableInput: a line is no text.
    """
    rows = _opened(path, columns, limits)
    next(rows)
    return rows  # type: ignore[return-value]  # the None of a generator that is ready is taken


def csv_stream_rows(
    stream: BufferedReader, name: str, columns: Columns, limits: Limits
) -> Generator[Row, None, None]:
    """The same of a stream that is open, such as standard input, which is called `name` and is not closed."""
    rows = _read(stream, name, columns, limits)
    next(rows)
    return rows  # type: ignore[return-value]  # as above


def _opened(path: str, columns: Columns, limits: Limits) -> Generator[Row | None, None, None]:
    if not os.path.lexists(path):
        raise UnreadableInput(
            "there is no such file", where=path, fix="A single row is passed as a dict, {column: value}"
        )
    with open_csv(path) as stream:
        yield from _read(stream, path, columns, limits)


def _read(
    stream: BufferedReader, path: str, columns: Columns, limits: Limits
) -> Generator[Row | None, None, None]:
    check_text(stream.peek(HEAD)[:HEAD], path)  # of a pipe what has come so far
    lines = Lines(stream, path, limits)
    header = header_of(columns, cut_header(lines, path), path)
    yield None  # ready: the header is right
    for record in csv_records(lines, header, path):
        if record.problem is not None:
            yield Row(record.name, {}, path, record.line, record.problem)
        elif record.cells:
            try:
                cells = columns.of_texts(header.names, record.cells, record.name)
            except InputError as error:
                yield Row(record.name, {}, path, record.line, error)
            else:
                yield Row(record.name, cells, path, record.line)
