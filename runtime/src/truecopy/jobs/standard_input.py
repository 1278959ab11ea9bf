"""Standard input as one source: the bytes of a picture, a CSV file, or texts, one a line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from truecopy.errors import UnreadableInput, Unsupported
from truecopy.intake import ImageIntake, Intake
from truecopy.pixels.encoded import read_stream
from truecopy.pixels.videos import HEAD, refuse_video

NAME = "<stdin>"
PIPED_VIDEO = (
    "`truecopy predict MODEL clip.mp4 --every 10` answers the frames of a file: a piped video is not read"
)


def is_piped() -> bool:
    """Something is connected to standard input that is no terminal, where nobody would know to type."""
    return sys.stdin is not None and not sys.stdin.isatty()


def one_picture(intake: ImageIntake) -> bytes:
    """All bytes of standard input, one encoded picture.

    Raises:
        UnreadableInput: it is empty. TooLarge: more than `limits.max_bytes`. Unsupported: a video.
    """
    stream = _stream()
    try:
        # Before it is read as a whole: of a slow pipe, what has come.
        refuse_video(stream.peek(HEAD)[:HEAD], NAME)
    except Unsupported as error:
        raise Unsupported.of(error, fix=PIPED_VIDEO) from error
    return read_stream(stream, NAME, intake.limits)


def lines(intake: Intake) -> Iterator[Any]:
    """The rows of a CSV file, or the lines of a file of texts, named `<stdin>:2`; read as they are asked for.

    A model that knows no texts takes ids: its lines are those of a .jsonl file.

    Raises:
        UnreadableInput: it is empty; and the errors of such a file.
    """
    # Here, because a model of pictures should not wait for what reads tables and texts.
    from truecopy.intake.table import TableIntake
    from truecopy.intake.tokens import TokensIntake
    from truecopy.tables.csv_file import csv_stream_rows
    from truecopy.tokens.lines import stream_lines

    stream = _stream()
    if isinstance(intake, TableIntake):
        return csv_stream_rows(stream, NAME, intake.columns, intake.limits)
    assert isinstance(intake, TokensIntake)  # noqa: S101 - a picture is no lines
    return stream_lines(stream, NAME, intake.limits, json=intake.encoder is None)


def _stream() -> BufferedReader:
    """Standard input, of which nothing has been taken yet.

    Raises:
        UnreadableInput: nothing comes.
    """
    stream = sys.stdin.buffer
    assert isinstance(stream, BufferedReader)  # noqa: S101 - as Python opens it
    try:
        empty = not stream.peek(1)
    except OSError as error:
        raise UnreadableInput(
            "standard input cannot be read", got=f"{type(error).__name__}: {error}", where=NAME
        ) from error
    if empty:
        raise UnreadableInput(
            "standard input is empty",
            where=NAME,
            fix="Pipe something in: cat INPUT | truecopy predict MODEL -",
        )
    return stream
