"""What one source may be, and what many of them: a text, ids, a line of a file. Everything else is named and refused."""

from __future__ import annotations

import numbers
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from truecopy.errors import InputError, Unsupported
from truecopy.limits import Limits

from .lines import SUFFIXES, Line, read_lines


@dataclass(frozen=True, slots=True)
class Given:
    """name: for messages and results. content: a text, or ids of which only the type is checked."""

    name: str
    content: str | tuple[int, ...]


def source_name(source: object) -> str:
    """How messages and results call a source."""
    match source:
        case Line():
            return source.name
        case str():
            return "<text>"
        case list() | tuple() | np.ndarray():
            return "<ids>"
        case os.PathLike():
            return os.fsdecode(source)
        case _:
            return f"<{type(source).__name__}>"


def given_ids(source: Any) -> Given:
    """One source as it was given.

    Raises:
        Unsupported: no text and no list of whole numbers; says what to pass.
        InputError: the line of a file that could not be read.
    """
    name = source_name(source)
    match source:
        case Line():
            return Given(name, _of_line(source))
        case str():
            return Given(name, source)
        case np.ndarray():
            return Given(name, _of_array(source))
        case list() | tuple():
            return Given(name, _of_list(source, name))
        case os.PathLike():
            raise Unsupported(
                "this is a file, not one sequence",
                expected="a text, or a list of ids",
                got=name,
                fix="All its lines: model.predict(path); one text: model(path.read_text())",
            )
        case _:
            raise _no_tokens(source)


def given_items(sources: Any, limits: Limits) -> Iterable[Any]:
    """The sources one by one; the lines of a .txt or .jsonl file, the rows of a 2-D array of ids.

    Raises:
        Unsupported: this is one source, or nothing that can be gone through.
        UnreadableInput: no such file.
    """
    match sources:
        case os.PathLike():
            return _lines_of(Path(os.fsdecode(sources)), limits)
        case str():
            if sources.lower().endswith(SUFFIXES):
                return _lines_of(Path(sources), limits)
            raise _one("a text, or the name of a file that is not .txt or .jsonl")
        case np.ndarray():
            # Rows of ids; texts, which have no second axis.
            if sources.ndim == 2 or (sources.ndim == 1 and sources.dtype.kind in "UO"):
                return sources
            raise _one(f"an array of shape {sources.shape}")
        case list() | tuple() if sources and isinstance(sources[0], numbers.Integral):
            raise _one("a list of ids")
        case Mapping() | bytes() | bytearray() | memoryview() | Line():
            raise _one(type(sources).__name__)
        case _ if type(sources).__name__ == "DataFrame":
            # Going through it gives the names of its columns.
            raise Unsupported(
                "this model reads sequences, not tables",
                got="DataFrame",
                fix="Pass one column: frame['text']",
            )
        case _ if hasattr(sources, "read") or not hasattr(sources, "__iter__"):
            raise _one(type(sources).__name__)
        case _:
            many: Iterable[Any] = sources
            return many


def check_range(ids: tuple[int, ...], count: int, name: str) -> None:
    """Every id is 0 to count - 1.

    Raises:
        InputError: names the first that is not, and its place.
    """
    for place, one in enumerate(ids):
        if not 0 <= one < count:
            raise InputError(
                "an id is out of range",
                expected=f"0 to {count - 1}",
                got=str(one),
                where=f"{name}, ids[{place}]",
                fix="Use the vocabulary that the model was trained with",
            )


def _lines_of(path: Path, limits: Limits) -> Iterator[Line]:
    if not path.name.lower().endswith(SUFFIXES):
        raise Unsupported(
            "sequences are read from .txt (one text a line) or .jsonl (one JSON value a line)",
            got=repr(path.name),
            fix="Save the texts one a line, or the ids one JSON list a line",
        )
    return read_lines(path, limits)


def _of_line(line: Line) -> str | tuple[int, ...]:
    if line.problem is not None:
        raise line.problem
    assert line.content is not None  # noqa: S101 - a line has either
    return line.content if isinstance(line.content, str) else _of_list(line.content, line.name)


def _of_array(array: np.ndarray) -> tuple[int, ...]:
    if array.ndim != 1:
        several = array.ndim == 2 and array.dtype.kind in "iu"
        raise Unsupported(
            "a sequence of ids has one axis",
            got=f"{array.dtype} array of shape {array.shape}",
            fix="One row: model(ids[0]); all of them: model.predict(ids)"
            if several
            else "This model takes a text or token ids",
        )
    if array.dtype.kind not in "iu":
        raise Unsupported(
            "ids are whole numbers",
            expected="an array of integers",
            got=f"{array.dtype} array",
            fix="Pass ids.astype(int64) only if they really are ids",
        )
    return tuple(array.tolist())


def _of_list(items: Iterable[Any], name: str) -> tuple[int, ...]:
    """Elements may be Python's or NumPy's integers."""
    ids = []
    for place, one in enumerate(items):
        if isinstance(one, bool | np.bool_) or not isinstance(one, numbers.Integral):
            raise _no_id(one, f"{name}, ids[{place}]")
        ids.append(int(one))
    return tuple(ids)


def _no_id(one: Any, where: str) -> Unsupported:
    kind = type(one).__name__
    if isinstance(one, list | tuple | str | np.ndarray):
        what = "texts" if isinstance(one, str) else "sequences"
        return Unsupported(
            f"this is a list of {what}, not one sequence",
            expected="a list of ids",
            got=f"{kind} in it",
            where=where,
            fix="Many at once: model.predict([...]); one: model(its_element)",
        )
    return Unsupported(
        "ids are whole numbers",
        expected="int",
        got=f"{kind} {one!r}"[:60],
        where=where,
        fix="Give the ids themselves, not scores or a mask",
    )


def _no_tokens(source: Any) -> Unsupported:
    if isinstance(source, Mapping):
        fix = "Of a tokenizer's answer pass its ids: source['input_ids']"
    elif isinstance(source, bytes | bytearray | memoryview):
        fix = "A text: source.decode('utf-8'). A photograph: this model does not take any"
    elif hasattr(source, "tolist"):
        fix = "Pass source.tolist()"
    else:
        fix = "This model reads sequences of tokens; it takes no pictures and no rows of a table"
    return Unsupported(
        "this is no sequence of tokens",
        expected="a text, or a list of ids",
        got=type(source).__name__,
        fix=fix,
    )


def _one(got: str) -> Unsupported:
    return Unsupported(
        "this is no list of sequences",
        expected="an iterable of texts or lists of ids, a 2-D array of ids, or a .txt or .jsonl file",
        got=got,
        fix="Put one sequence into a list: [source]",
    )
