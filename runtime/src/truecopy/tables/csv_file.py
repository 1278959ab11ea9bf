"""Rows of a CSV file, one at a time, with their line numbers.

UTF-8, a byte order mark or none; comma, semicolon or tab between cells, as the header shows; quoted cells may hold line
ends. Empty lines are passed over. A row that is wrong is a row with a problem; the rows behind it are read all the same.
"""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Generator
from io import BufferedReader
from pathlib import Path

from truecopy.errors import InputError, TooLarge, UnreadableInput
from truecopy.limits import Limits

from .columns import Columns, listed
from .csv_header import Header, read_header
from .csv_lines import Lines
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
    _check_regular(path)
    with Path(path).open("rb") as stream:
        yield from _read(stream, path, columns, limits)


def _read(
    stream: BufferedReader, path: str, columns: Columns, limits: Limits
) -> Generator[Row | None, None, None]:
    check_text(stream.peek(HEAD)[:HEAD], path)  # of a pipe what has come so far
    lines = Lines(stream, path, limits)
    header = read_header(lines, columns, path)
    yield None  # ready: the header is right
    yield from _rows(lines, header, columns, path)


def _check_regular(path: str) -> None:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - names may hold any bytes, and Path would change `./`
    except FileNotFoundError as error:
        raise UnreadableInput(
            "there is no such file", where=path, fix="A single row is passed as a dict, {column: value}"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise UnreadableInput(
            "the file cannot be read", got=f"{type(error).__name__}: {error}", where=path
        ) from error
    if not stat.S_ISREG(mode):
        raise UnreadableInput(
            "rows are read from a regular file",
            got="a folder" if stat.S_ISDIR(mode) else "a pipe or a device",
            where=path,
            fix="Name the CSV file itself",
        )


def _rows(lines: Lines, header: Header, columns: Columns, path: str) -> Generator[Row, None, None]:
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    while True:
        lines.new_row()
        line = lines.number + 1
        name = f"{path}:{line}"
        try:
            cells = next(reader, None)
            if cells is None:
                return
            if not cells:
                continue
            _check_count(cells, header, name)
            yield Row(name, columns.of_texts(header.names, cells, name), path, line)
        except csv.Error as error:
            if "field limit" in str(error):
                raise _too_long(name) from error
            yield Row(name, {}, path, line, _not_csv(error, name))
        except (TooLarge, UnreadableInput):
            raise
        except InputError as error:
            yield Row(name, {}, path, line, error)


def _check_count(cells: list[str], header: Header, name: str) -> None:
    wanted = len(header.names)
    if len(cells) == wanted:
        return
    short = len(cells) < wanted
    raise InputError(
        f"the row is {abs(len(cells) - wanted)} {'cell' if abs(len(cells) - wanted) == 1 else 'cells'} "
        f"{'short' if short else 'too long'}",
        expected=f"{wanted} cells, as the header has",
        got=f"{len(cells)}" + (f": nothing for {listed(header.names[len(cells) :])}" if short else ""),
        where=name,
        fix="A missing value is an empty cell between two delimiters"
        if short
        else f"Quote a cell that holds the delimiter {header.delimiter!r}",
    )


def _not_csv(error: csv.Error, name: str) -> InputError:
    if "end of data" in str(error):
        return InputError("a quote is never closed", where=name, fix='Close it, or write a quote as two: ""')
    if "new-line character" in str(error):
        return InputError(
            "a lone carriage return ends no line", where=name, fix="Save the file with line ends \\n"
        )
    return InputError(
        "the row is not CSV", got=str(error), where=name, fix='Write a quote in a cell as two: ""'
    )


def _too_long(name: str) -> TooLarge:
    return TooLarge(
        "a cell is too long",
        expected=f"at most {csv.field_size_limit()} characters",
        where=name,
        fix="If the file is trusted: csv.field_size_limit(...), which holds for the whole process",
    )
