"""Files of sequences, line by line: .txt holds one text a line, .jsonl one JSON value a line.

A line ends at LF or CR LF. Every line is an item, an empty one too, so that the n-th answer belongs to the n-th line; what is
wrong with a line is the error of that item alone.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from truecopy.contract.strict_json import loads
from truecopy.errors import ContractError, InputError, TooLarge, UnreadableInput
from truecopy.limits import Limits

SUFFIXES = (".txt", ".jsonl")
_BOM = b"\xef\xbb\xbf"
_DEPTH, _SHOWN = 4, 60


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file. line: counted from 1. content: a text, or a JSON list that should hold ids.

    problem: why it could not be read; the content is None then.
    """

    path: str
    line: int
    content: str | tuple[Any, ...] | None
    problem: InputError | None = None

    @property
    def name(self) -> str:
        """`texts.txt:3`."""
        return f"{self.path}:{self.line}"


def read_lines(path: Path, limits: Limits) -> Iterator[Line]:
    """The lines of a file, read when they are asked for.

    Raises:
        UnreadableInput: at once, no such file, or no regular one; later, the disk fails.
    """
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError) as error:
        raise UnreadableInput(
            "the file cannot be read", got=f"{type(error).__name__}: {error}", where=str(path)
        ) from error
    if not regular:
        raise UnreadableInput("the input is not a regular file", where=str(path))
    return _lines(path, limits)


def _lines(path: Path, limits: Limits) -> Iterator[Line]:
    json = path.name.lower().endswith(".jsonl")
    try:
        with path.open("rb") as file:
            yield from stream_lines(file, str(path), limits, json=json)
    except OSError as error:
        raise UnreadableInput(
            "the file cannot be read", got=f"{type(error).__name__}: {error}", where=str(path)
        ) from error


def stream_lines(stream: BinaryIO, name: str, limits: Limits, *, json: bool) -> Iterator[Line]:
    """The lines of a stream that is open, such as standard input, which is called `name`. json: each is a JSON value."""
    for number, data in enumerate(_raw(stream, limits.max_line_bytes), start=1):
        yield _line(data, name, number, json, limits)


def _raw(file: BinaryIO, most: int) -> Iterator[bytes | None]:
    """Lines without their end; None for one longer than `most` bytes, which is passed over in pieces."""
    bound = most + len(b"\r\n")
    while data := file.readline(bound):
        if len(data) == bound and not data.endswith(b"\n"):
            while (rest := file.readline(bound)) and not rest.endswith(b"\n"):
                pass
            yield None
            continue
        line = data.removesuffix(b"\n").removesuffix(b"\r")
        yield None if len(line) > most else line


def _line(data: bytes | None, path: str, number: int, json: bool, limits: Limits) -> Line:
    name = f"{path}:{number}"
    try:
        text = _text(data, name, number, limits)
        return Line(path, number, _value(text, name, limits) if json else text)
    except InputError as problem:
        return Line(path, number, None, problem)


def _text(data: bytes | None, name: str, number: int, limits: Limits) -> str:
    if data is None:
        raise TooLarge(
            "the line is too long",
            expected=f"at most {limits.max_line_bytes} bytes",
            where=name,
            fix="Raise the limit: truecopy.load(..., limits=truecopy.Limits(max_line_bytes=...))",
        )
    try:
        return (data.removeprefix(_BOM) if number == 1 else data).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableInput(
            "the line is not UTF-8",
            got=f"byte {error.object[error.start]:#04x} at {error.start}",
            where=name,
            fix="Save the file as UTF-8",
        ) from error


def _value(text: str, name: str, limits: Limits) -> str | tuple[Any, ...]:
    """A string, a list, or an object with the one key `text` or `ids`."""
    try:
        value = loads(text, max_bytes=limits.max_line_bytes, max_depth=_DEPTH, what="line")
    except ContractError as error:
        raise UnreadableInput.of(error, where=name) from error
    found = value
    if isinstance(value, dict) and len(value) == 1:
        found = value.get("text", value.get("ids"))
        wanted = str if "text" in value else list
        found = found if isinstance(found, wanted) else None
    if isinstance(found, str):
        return found
    if isinstance(found, list):
        return tuple(found)
    raise UnreadableInput(
        "the line holds no sequence",
        expected='"a text", [1, 2], {"text": "..."} or {"ids": [1, 2]}',
        got=text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…",
        where=name,
    )
