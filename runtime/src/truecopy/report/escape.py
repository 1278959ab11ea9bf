"""Any text as text of a page. Labels and file names are whatever a stranger wrote."""

from __future__ import annotations

import html
import unicodedata

MOST = 160

# They turn, join or hide the text around them, or end its line: shown as what they are instead.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"}
# Joiners that scripts and emoji need, and that move nothing.
_JOINERS = {"\u200c", "\u200d"}


def escaped(text: str, most: int = MOST) -> str:
    r"""`text` as HTML or SVG content, also inside a quoted attribute: at most `most` characters of it, on one line.

    A character that cannot be seen (a line break, a turn of direction, half of a surrogate pair) is written as Python
    writes it: `\n`, `\u202e`, `\udc80`.
    """
    return html.escape("".join(_visible(character) for character in shortened(text, most)), quote=True)


def escaped_lines(text: str) -> str:
    """The same of a text with lines of its own, as long as it is."""
    return "\n".join(escaped(line, len(line)) for line in text.split("\n"))


def shortened(text: str, most: int) -> str:
    """At most `most` characters; what is left out in the middle is an ellipsis, because names differ at their ends."""
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN or character in _JOINERS:
        return character
    return repr(character)[1:-1]
