"""Text on a picture, by the one font that every Pillow carries: measured, wrapped, and never without a glyph."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

from PIL import ImageDraw, ImageFont

Color: TypeAlias = tuple[int, int, int]

INK, FAINT, RED, GREEN, BLUE = (28, 30, 34), (92, 96, 104), (176, 24, 40), (22, 108, 60), (36, 100, 170)
LEADING = 1.32
# The font's own box for what it cannot draw; it has no glyph for a noncharacter.
_MISSING = "\uffff"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text that fits where it was wrapped for."""

    text: str
    size: int
    color: Color = INK
    bold: bool = False

    @property
    def height(self) -> int:
        return round(self.size * LEADING)

    def paint(self, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
        """Its box's top left corner at (x, y)."""
        top = y + (self.height - self.size) // 2
        # The font has one weight: bold is the same text twice, one pixel apart.
        for offset in (0, 1) if self.bold else (0,):
            draw.text((x + offset, top), self.text, fill=self.color, font=font(self.size))


@functools.cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)


def width(text: str, size: int) -> int:
    """In pixels, rounded up; one more for bold."""
    return int(font(size).getlength(text)) + 2


def wrapped(
    text: str, size: int, room: int, *, most: int, color: Color = INK, bold: bool = False
) -> tuple[Line, ...]:
    """`text` in at most `most` lines of at most `room` pixels; what does not fit ends in an ellipsis.

    Lines break at spaces, and inside a word that is longer than a line.
    """
    # Nothing is narrower than one pixel; a list of thousands of steps is not measured to its end.
    rest = drawable(text[: most * room])
    lines: list[str] = []
    while rest and len(lines) < most:
        count = _fitting(rest, size, room)
        if count == len(rest):
            lines.append(rest)
            rest = ""
        elif len(lines) == most - 1:
            short = _fitting(rest, size, room - width("…", size))
            lines.append(rest[:short].rstrip() + "…")
        else:
            space = rest.rfind(" ", 1, count + 1)
            cut = space if space > 0 else count
            lines.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
    return tuple(Line(line, size, color, bold) for line in lines)


def _fitting(text: str, size: int, room: int) -> int:
    """How many characters of `text` fit into `room` pixels, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle], size) <= room else (low, middle - 1)
    return low


def drawable(text: str) -> str:
    """`text` in characters that the font has: an accent is dropped where the letter alone is there, all else is a box."""
    return "".join(map(_drawable, " ".join(text.split())))


@functools.lru_cache(maxsize=4096)
def _drawable(character: str) -> str:
    for candidate in (character, unicodedata.normalize("NFKD", character)[:1]):
        if candidate == " " or (candidate.isprintable() and _has_glyph(candidate)):
            return candidate
    return _MISSING


@functools.lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    probe = font(32)
    return bytes(probe.getmask(character)) not in (bytes(probe.getmask(_MISSING)), b"")
