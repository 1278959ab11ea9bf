"""What was given instead of a table, told by its first bytes or its shape."""

from __future__ import annotations

import numpy as np

from truecopy.errors import UnreadableInput, Unsupported

from .csv_lines import SAVE

HEAD = 4096  # bytes that are looked at

_PICTURES = {
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x89PNG\r\n": "a PNG picture",
    b"GIF8": "a GIF picture",
    b"II*\0": "a TIFF picture",
    b"MM\0*": "a TIFF picture",
    b"\0\0\0\x0cjP  ": "a JPEG 2000 picture",
}
_FILES = {
    b"PK\x03\x04": ("a zip archive (an Excel workbook is one)", "Save the sheet as CSV"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "Save the sheet as CSV"),
    b"PAR1": ("a Parquet file", "Read it with pandas or polars, and pass the DataFrame"),
    b"ARROW1": ("an Arrow file", "Read it with pandas or polars, and pass the DataFrame"),
    b"\x1f\x8b": ("a gzip file", "Unpack it first"),
    b"%PDF": ("a PDF", "Save the table as CSV"),
    b"\xff\xfe": ("text in UTF-16", SAVE),
    b"\xfe\xff": ("text in UTF-16", SAVE),
}
_FIX = "Pass rows of a table; `truecopy inspect` says what the model takes"


def picture(what: str, where: str) -> Unsupported:
    """The error for a picture that is given to a model of tables."""
    return Unsupported(
        "the model takes rows of a table, and this is a picture",
        expected="a row: a dict or an array; or rows: a CSV file, a 2-D array, a DataFrame",
        got=what,
        where=where,
        fix=_FIX,
    )


def check_text(head: bytes, where: str) -> None:
    """The first bytes of a file may begin a CSV file.

    Raises:
        Unsupported: they begin a picture. UnreadableInput: they begin something else that is no text.
    """
    what = _picture(head)
    if what is not None:
        raise picture(what, where)
    check_csv(head, where)


def check_csv(head: bytes, where: str) -> None:
    """The same where nobody takes rows of a table for a picture.

    Raises:
        UnreadableInput: the first bytes begin something that is no text.
    """
    got, fix = _picture(head), "Name the CSV file itself"
    for signature, (what, instead) in _FILES.items():
        if head.startswith(signature):
            got, fix = what, instead
    if got is None and _is_utf_16(head):
        got, fix = "text in UTF-16", SAVE
    if got is None and b"\0" in head:
        got = "binary data"
    if got is not None:
        raise UnreadableInput(
            "the file is no CSV file", expected="text in UTF-8", got=got, where=where, fix=fix
        )


def _picture(head: bytes) -> str | None:
    for signature, what in _PICTURES.items():
        if head.startswith(signature):
            return what
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "a WebP picture"
    if head[:2] == b"BM" and b"\0" in head:
        return "a BMP picture"
    return None


def _is_utf_16(head: bytes) -> bool:
    """Without a mark at its begin: of letters of Latin, every other byte is zero."""
    even, odd = head[0::2], head[1::2]
    return any(zeros and not any(zeros) and 0 not in letters for zeros, letters in ((even, odd), (odd, even)))


def check_source(source: object, where: str) -> None:
    """What is given in memory is no picture.

    Raises:
        Unsupported: it is one.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        check_text(bytes(source[:HEAD]), where)
    if hasattr(source, "getpixel"):
        raise picture("a PIL image", where)
    if isinstance(source, np.ndarray) and source.ndim == 3:
        raise picture(f"an array of shape {source.shape}", where)
