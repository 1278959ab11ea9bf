"""The header of a CSV file, cut by each of the delimiters that may stand between cells."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from truecopy.errors import UnreadableInput

from .csv_lines import SAVE, Lines

QUOTE = 'Close it, or write a quote as two: ""'
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Header:
    names: tuple[str, ...]
    delimiter: str


def cut_header(lines: Lines, path: str) -> tuple[Header, ...]:
    """The first line that is not empty, in every way that it can be cut; comma, semicolon, tab. Of an empty file nothing.

    Raises:
        UnreadableInput: the header is no CSV.
    """
    first = _whole(lines, path)
    if not first:
        return ()
    found = tuple(header for mark in _DELIMITERS if (header := _cut(first, mark)) is not None)
    if found:
        return found
    if "\r" in first[0].rstrip("\r\n"):
        raise UnreadableInput(
            "lines end with a lone carriage return, as on old Macs", expected="line feeds",
            where=f"{path}:1", fix=SAVE,
        )  # fmt: skip
    raise UnreadableInput("the header is not CSV", got=repr(first[0][:60]), where=f"{path}:1")


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
        raise UnreadableInput("a quote in the header is never closed", where=f"{path}:1", fix=QUOTE)
    return whole


def _cut(lines: list[str], delimiter: str) -> Header | None:
    try:
        (names,) = csv.reader(lines, delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):  # ValueError: more than one row
        return None
    return Header(tuple(names), delimiter)
