"""Where words go: tables and JSON to stdout, messages to stderr. File names may hold any bytes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console


def complain(message: str) -> None:
    click.echo(f"truecopy: {printable(message)}", err=True)


def note(message: str) -> None:
    click.echo(printable(message), err=True)


def print_json(document: Mapping[str, Any]) -> None:
    """One document on one line, ASCII: a surrogate from a file name stays as its escape."""
    sys.stdout.write(json.dumps(document, ensure_ascii=True, allow_nan=False) + "\n")
    sys.stdout.flush()


def printable(text: str) -> str:
    """`text` for a terminal: bytes that are no UTF-8, and control characters, are shown as replacements."""
    decoded = os.fsencode(text).decode("utf-8", "replace") if not text.isascii() else text
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in decoded)


def console() -> Console:
    """Rich's console on stdout; markup is off, since labels and file names are not ours."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False)
