"""JSON of one source as bytes that a file may hold: UTF-8, and nothing that only looks like it."""

from __future__ import annotations

from truecopy.errors import InputError


def utf8(json: str, name: str) -> bytes:
    """`json` as UTF-8. Half of a surrogate pair is a character of Python's, but of no text that can be stored.

    Raises:
        InputError: there is one in it; name: of the source.
    """
    try:
        return json.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            "the text cannot be stored as UTF-8",
            expected="whole characters",
            got=f"half of a surrogate pair, {error.object[error.start]!r}",
            where=name,
            fix="Read the text again, as UTF-8 with errors='strict'",
        ) from error
