"""Where words go: tables and JSON to stdout, messages to stderr. File names may hold any bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from truecopy.errors import TruecopyError

if TYPE_CHECKING:
    from rich.console import Console


def complain(message: str) -> None:
    click.echo(f"truecopy: {printable(message)}", err=True)


def note(message: str) -> None:
    click.echo(printable(message), err=True)


def print_json(document: Mapping[str, Any]) -> None:
    """One document on one line, ASCII: a surrogate from a file name stays as its escape."""
    click.echo(json.dumps(document, ensure_ascii=True, allow_nan=False))


def refuse(path: str, error: TruecopyError, *, as_json: bool) -> int:
    """Say why `path` was refused, as a row too where rows are asked for; returns the exit code."""
    complain(str(error))
    if as_json:
        print_json({"path": path, "status": "error", "error": str(error), "kind": type(error).__name__})
    return error.exit_code


def printable(text: str) -> str:
    """`text` for a terminal: bytes that are no UTF-8, and control characters, are shown as replacements."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def one_line(text: str) -> str:
    """A name for a terminal: `printable`, and a line feed in it makes no second line."""
    return printable(text.replace("\n", "\0"))


def count(number: int, noun: str) -> str:
    """`1 image`, `2 images`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def console() -> Console:
    """Rich's console on stdout; markup is off, since labels and file names are not ours."""
    from rich.console import Console

    class _Console(Console):
        def on_broken_pipe(self) -> None:
            # Rich would exit with 1, which says that items failed.
            raise BrokenPipeError

    return _Console(markup=False, highlight=False, emoji=False)
