"""Answers to files, each with the place that it belongs to: a picture, a row of a table, a line of texts."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from truecopy.contract import ImageInput, TableInput, TokensInput
from truecopy.errors import InputError, TruecopyError, UnreadableInput, Unsupported
from truecopy.predict import Failure, Model, Result

from .images import SUFFIXES as PICTURES

_ROWS, _TEXTS = (".csv", ".tsv"), (".txt", ".jsonl")
_INSPECT = "`truecopy inspect MODEL` shows what the model takes"


@dataclass(frozen=True, slots=True)
class Answered:
    """path: as it was typed, None of a text that stands in `given`. line: counted from 1, None of a whole file."""

    path: str | None
    line: int | None
    outcome: Result | Failure
    given: str | None = None

    @property
    def name(self) -> str:
        """`dog.jpg`, `rows.csv:2`, or the text itself."""
        if self.path is None:
            return self.given or ""
        return self.path if self.line is None else f"{self.path}:{self.line}"


def answer_pictures(model: Model, paths: tuple[str, ...], outputs: tuple[str, ...]) -> Iterator[Answered]:
    """One answer a path, in order; one path alone gets all cores."""
    if len(paths) == 1:
        yield Answered(paths[0], None, _named_kind(paths[0], _alone(model, paths[0], outputs)))
        return
    with contextlib.closing(model.stream(paths, outputs=outputs)) as outcomes:  # type: ignore[type-var]
        for path, outcome in zip(paths, outcomes, strict=True):
            yield Answered(path, None, _named_kind(path, outcome))


def answer_lines(model: Model, paths: Iterable[str], outputs: tuple[str, ...]) -> Iterator[Answered]:
    """One answer a row or line of each file, in order and read lazily; a file that cannot be read is one failure."""
    for path in paths:
        try:
            _check_file(model, path)
            yield from _lines(model, path, outputs)
        except InputError as error:
            yield Answered(path, None, Failure(path, error))


def answer_texts(model: Model, texts: tuple[str, ...], outputs: tuple[str, ...]) -> Iterator[Answered]:
    """One answer a text; of a model of tokens."""
    for text in texts:
        yield Answered(None, None, _alone(model, text, outputs), given=text)


def _alone(model: Model, source: str, outputs: tuple[str, ...]) -> Result | Failure:
    try:
        return model(source, outputs=outputs)
    except TruecopyError as error:
        return Failure(source, error)


def _lines(model: Model, path: str, outputs: tuple[str, ...]) -> Iterator[Answered]:
    numbers: deque[int] = deque()

    def noted() -> Iterator[Any]:
        for line in model.intake.many(Path(path)):
            numbers.append(line.line)
            yield line

    with contextlib.closing(model.stream(noted(), outputs=outputs)) as outcomes:  # type: ignore[type-var]
        for outcome in outcomes:
            yield Answered(path, numbers.popleft(), outcome)


def _check_file(model: Model, path: str) -> None:
    """What the name alone tells: a folder, a picture.

    Raises:
        Unsupported: this is no file of rows or lines.
    """
    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122 - a name may hold any bytes and have any length
    table = isinstance(model.contract.input, TableInput)
    takes, kind = ("rows of a table", "a CSV file") if table else ("sequences", "a .txt or .jsonl file")
    if os.path.isdir(path):  # noqa: PTH112
        raise Unsupported(
            f"this model takes {takes}, and this is a folder",
            expected=kind,
            where=path,
            fix="Name the files one by one, such as folder/*" + (".csv" if table else ".txt"),
        )
    if table:
        return
    if suffix in PICTURES:
        raise Unsupported(
            "this model takes sequences, and by its name this is a picture",
            expected=kind,
            where=path,
            fix=_INSPECT,
        )
    if suffix in _ROWS:
        raise Unsupported(
            "this model takes sequences, and by its name this is a table",
            expected=kind,
            where=path,
            fix="Save the texts one a line in a .txt file",
        )
    if suffix not in _TEXTS and not os.path.lexists(path):
        raise Unsupported(
            "there is no such file",
            expected=kind,
            got=repr(path),
            fix='A text itself is given by --text "..."',
        )


def _named_kind(path: str, outcome: Result | Failure) -> Result | Failure:
    """A table or a text that was given for a picture is called so: its first bytes would tell nobody what to do."""
    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122
    error = outcome.error if isinstance(outcome, Failure) else None
    if suffix not in (*_ROWS, *_TEXTS) or not isinstance(error, UnreadableInput) or not os.path.isfile(path):  # noqa: PTH113
        return outcome
    kind = "table" if suffix in _ROWS else "file of texts"
    named = Unsupported(
        f"this model takes pictures, and by its name this is a {kind}",
        expected="an image or a folder of images",
        where=path,
        fix=_INSPECT,
    )
    return Failure(path, named)


def takes(model: Model) -> str:
    """What one types after the model, for messages."""
    match model.contract.input:
        case ImageInput():
            return "images or folders"
        case TableInput():
            return "CSV files"
        case TokensInput():
            return '.txt or .jsonl files, or --text "..."'
