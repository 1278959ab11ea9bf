"""One cell, the text of a CSV file, as the value that its column's dtype says. The empty text is a missing cell."""

from __future__ import annotations

import re
from collections.abc import Mapping

from truecopy.contract.tables import ColumnDtype

from .cells import Mistyped, Reader, float32, float64, int64

# As Python and pandas write a column of bools.
_BOOLS: Mapping[str, float] = {"True": 1.0, "False": 0.0}
_WHOLE = re.compile(r"[ \t]*[+-]?[0-9]{1,24}[ \t]*")


def number(text: str) -> float | None:
    """Python's float syntax without underscores and foreign digits; "nan" is a missing cell.

    Raises:
        Mistyped: it is no number, or none that is finite.
    """
    if text.isascii() and "_" not in text:
        try:
            number = float(text)
        except ValueError:
            pass
        else:
            return float64(number)
    raise Mistyped("a number, such as 1.5 or -2e3", _fix_of(text))


def _fix_of(text: str) -> str:
    if text.count(",") == 1 and "." not in text:
        return "Write the decimal point as a point"
    return "Correct it; a missing number is an empty cell or nan"


def _number(text: str) -> float | None:
    """The same, and a bool is 1.0 or 0.0."""
    return _BOOLS[text] if text in _BOOLS else number(text)


def _float32(text: str) -> float | None:
    return float32(_number(text))


def _int64(text: str) -> int | None:
    """Whole numbers, also as "3.0": tools that keep missing integers as floats write them so."""
    return int64(int(text)) if _WHOLE.fullmatch(text) else int64(_number(text))


def _bool(text: str) -> bool | None:
    word = text.strip(" \t").lower()
    if word in ("true", "1", "1.0"):
        return True
    if word in ("false", "0", "0.0"):
        return False
    if word == "nan":
        return None
    raise Mistyped("true or false (1 or 0)", "Correct it; a missing one is an empty cell")


def _text(text: str) -> str:
    return text


def _or_missing(reader: Reader) -> Reader:
    return lambda text: reader(text) if text else None


TEXT_READERS: Mapping[ColumnDtype, Reader] = {
    "float64": _or_missing(_number),
    "float32": _or_missing(_float32),
    "int64": _or_missing(_int64),
    "bool": _or_missing(_bool),
    "text": _or_missing(_text),
}
