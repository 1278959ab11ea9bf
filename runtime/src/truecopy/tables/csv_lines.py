"""The lines of a CSV file, one at a time, within the host's limits."""

from __future__ import annotations

from typing import BinaryIO

from truecopy.errors import TooLarge, UnreadableInput
from truecopy.limits import Limits

SAVE = "Save the file as UTF-8 with line feeds"


class Lines:
    """Text lines with their ends, for `csv.reader`. number: of the last line given, from 1.

    `new_row` before every row: the limit is for one row, which may have many lines.
    """

    def __init__(self, stream: BinaryIO, path: str, limits: Limits) -> None:
        self._stream, self._path, self._limit = stream, path, limits.max_row_bytes
        self._left = self._limit
        self.number = 0

    def new_row(self) -> None:
        self._left = self._limit

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        """Raises:
        TooLarge: the row is longer than the limit. UnreadableInput: the line is no text, or cannot be read.
        """
        where = f"{self._path}:{self.number + 1}"
        try:
            line = self._stream.readline(self._left + 1)
        except OSError as error:
            raise UnreadableInput(
                "the file cannot be read", got=f"{type(error).__name__}: {error}", where=where
            ) from error
        if not line:
            raise StopIteration
        if len(line) > self._left:
            if self.number == 0 and b"\r" in line.rstrip(b"\r\n"):
                raise UnreadableInput(
                    "the first line is too long, and carriage returns stand in it", expected="line feeds",
                    where=where, fix=SAVE,
                )  # fmt: skip
            raise TooLarge(
                "one row of the file is too long",
                expected=f"at most {self._limit} bytes",
                got="more, or a quote that is never closed",
                where=where,
                fix=f"If the file is trusted, pass limits=Limits(max_row_bytes={16 * self._limit})",
            )
        self._left -= len(line)
        self.number += 1
        return self._decoded(line, where)

    def _decoded(self, line: bytes, where: str) -> str:
        try:
            # A byte order mark belongs to the file, not to the first name.
            text = line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise UnreadableInput(
                "the line is not UTF-8",
                got=f"byte 0x{line[error.start]:02x}",
                where=where,
                fix=SAVE,
            ) from error
        if "\0" in text:
            raise UnreadableInput("the line holds binary data", expected="text in UTF-8", where=where)
        return text
