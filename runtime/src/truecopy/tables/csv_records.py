"""Records of a CSV file, one at a time, with their line numbers: the one reader of tables, of manifests, of proof labels.

UTF-8, a byte order mark or none; comma, semicolon or tab between cells, as the header shows; quoted cells may hold line
ends. A record that is wrong is a record with a problem; those behind it are read all the same.
"""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from truecopy.errors import InputError, TooLarge, UnreadableInput

from .columns import listed
from .csv_header import QUOTE, Header
from .csv_lines import Lines

_DOUBLED = 'Write a quote in a cell as two: ""'


@dataclass(frozen=True, slots=True)
class Record:
    """cells: as many as the header has; none of an empty line, and none where there is a problem.

    name: "rows.csv:2". line: where it begins.
    """

    name: str
    line: int
    cells: tuple[str, ...]
    problem: InputError | None = None


def open_csv(path: str) -> BufferedReader:
    """The bytes of a regular file: a pipe or a device may never end.

    Raises:
        UnreadableInput: there is no such file, or no regular one, or it cannot be opened.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - names may hold any bytes, and Path would change `./`
        if stat.S_ISREG(mode):
            return Path(path).open("rb")
    except FileNotFoundError as error:
        raise UnreadableInput("there is no such file", where=path) from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise UnreadableInput(
            "the file cannot be read", got=f"{type(error).__name__}: {error}", where=path
        ) from error
    raise UnreadableInput(
        "rows are read from a regular file",
        got="a folder" if stat.S_ISDIR(mode) else "a pipe or a device",
        where=path,
        fix="Name the CSV file itself",
    )


def csv_records(lines: Lines, header: Header, path: str) -> Iterator[Record]:
    """The records behind the header.

    Raises:
        TooLarge: one is longer than the limit. UnreadableInput: a line is no text.
    """
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    while True:
        lines.new_row()
        line = lines.number + 1
        name = f"{path}:{line}"
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "field limit" in str(error):
                raise _too_long(name) from error
            yield Record(name, line, (), _not_csv(error, name))
            continue
        if cells is None:
            return
        if cells and len(cells) != len(header.names):
            yield Record(name, line, (), _miscounted(cells, header, name))
        else:
            yield Record(name, line, tuple(cells))


def _miscounted(cells: list[str], header: Header, name: str) -> InputError:
    wanted = len(header.names)
    off = abs(len(cells) - wanted)
    short = len(cells) < wanted
    return InputError(
        f"the row is {off} cell{'s' * (off != 1)} {'short' if short else 'too long'}",
        expected=f"{wanted} cell{'s' * (wanted != 1)}, as the header has",
        got=f"{len(cells)}" + (f": nothing for {listed(header.names[len(cells) :])}" if short else ""),
        where=name,
        fix="A missing value is an empty cell between two delimiters"
        if short
        else f"Quote a cell that holds the delimiter {header.delimiter!r}",
    )


def _not_csv(error: csv.Error, name: str) -> InputError:
    if "end of data" in str(error):
        return InputError("a quote is never closed", where=name, fix=QUOTE)
    if "new-line character" in str(error):
        return InputError(
            "a lone carriage return ends no line", where=name, fix="Save the file with line ends \\n"
        )
    return InputError("the row is not CSV", got=str(error), where=name, fix=_DOUBLED)


def _too_long(name: str) -> TooLarge:
    return TooLarge(
        "a cell is too long",
        expected=f"at most {csv.field_size_limit()} characters",
        got="more, or a quote that is never closed",
        where=name,
        fix=f"{QUOTE}. If the file is trusted and the cell is that long: csv.field_size_limit(...), which holds for the "
        "whole process",
    )
