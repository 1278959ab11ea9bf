"""Marks of a drawing. Colours are classes of the page's style, so that they follow light, dark and print."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .escape import escaped

Anchor: TypeAlias = Literal["start", "middle", "end"]

WIDTH = 380
# Average advance of a letter at 11 px, in px: a little above that of common fonts, so that a text is cut too early
# and never runs over.
LETTER = 6.6


@dataclass(frozen=True, slots=True)
class Drawing:
    """width, height: in px at which letters are 11 px. words: what it shows, for those who do not see it.

    marks: SVG elements in their order. It grows to 4/3 where there is room, and shrinks to `least` px where there is
    none: below that it scrolls.
    """

    width: float
    height: float
    words: str
    marks: tuple[str, ...]

    def html(self) -> str:
        least = min(self.width * 0.78, self.width if self.width > WIDTH else 296)
        return (
            f'<svg viewBox="0 0 {at(self.width)} {at(self.height)}" role="img" aria-label="{escaped(self.words, 600)}"'
            f' style="min-width:{at(least)}px;max-width:{at(self.width * 4 / 3)}px">{"".join(self.marks)}</svg>'
        )


def at(value: float) -> str:
    """A coordinate: two decimals at most, never `-0`."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def rect(
    x: float, y: float, width: float, height: float, kind: str, *, opacity: float = 1.0, title: str = ""
) -> str:
    """A filled box; a negative or missing side is 0."""
    faint = f' fill-opacity="{at(opacity)}"' if opacity < 1 else ""
    head = f'<rect x="{at(x)}" y="{at(y)}" width="{at(max(width, 0))}" height="{at(max(height, 0))}" class="{kind}"{faint}'
    return f"{head}><title>{escaped(title, 400)}</title></rect>" if title else f"{head}/>"


def boxes(corners: list[tuple[float, float]], side: float, kind: str, *, opacity: float) -> str:
    """Squares with these upper left corners as one element."""
    way = "".join(f"M{at(x)} {at(y)}h{at(side)}v{at(side)}h-{at(side)}z" for x, y in corners)
    return f'<path d="{way}" class="{kind}" fill-opacity="{at(opacity)}"/>'


def line(
    x1: float, y1: float, x2: float, y2: float, kind: str, *, width: float = 1.0, dashed: bool = False
) -> str:
    """A straight line."""
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return f'<line x1="{at(x1)}" y1="{at(y1)}" x2="{at(x2)}" y2="{at(y2)}" class="{kind}" stroke-width="{at(width)}"{dashes}/>'


def path(points: list[tuple[float, float]], kind: str, *, width: float = 2.0) -> str:
    """Straight lines from point to point."""
    way = "L".join(f"{at(x)} {at(y)}" for x, y in points)
    return f'<path d="M{way}" class="{kind}" stroke-width="{at(width)}" stroke-linejoin="round"/>'


def dots(points: list[tuple[float, float]], kind: str, *, width: float, opacity: float) -> str:
    """Round dots as one element: many of them stay small."""
    way = "".join(f"M{at(x)} {at(y)}h0" for x, y in points)
    return f'<path d="{way}" class="{kind}" stroke-width="{at(width)}" stroke-linecap="round" stroke-opacity="{at(opacity)}"/>'


def label(
    x: float,
    y: float,
    text: str,
    *,
    anchor: Anchor = "start",
    kind: str = "",
    room: float = WIDTH,
    up: bool = False,
) -> str:
    """A text whose baseline is at y, cut to `room` px; all of it is its title then. up: it is read upwards."""
    short = fitted(text, room)
    turned = f' transform="rotate(-90 {at(x)} {at(y)})"' if up else ""
    classes = f' class="{kind}"' if kind else ""
    title = f"<title>{escaped(text, 400)}</title>" if short != text else ""
    return (
        f'<text x="{at(x)}" y="{at(y)}" text-anchor="{anchor}" direction="ltr"{classes}{turned}>'
        f'<tspan unicode-bidi="isolate">{escaped(short)}</tspan>{title}</text>'
    )


def fitted(text: str, room: float) -> str:
    """As much of `text` as fits into `room` px, with an ellipsis where that is not all of it."""
    widths = [_advance(character) for character in text[:200]]
    if len(text) <= 200 and sum(widths) <= room:
        return text
    used, kept = LETTER, 0
    for width in widths:
        used += width
        if used > room:
            break
        kept += 1
    return f"{text[:kept]}…"


def _advance(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    # An escaped character is up to six letters long.
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"}:
        return 6 * LETTER
    return 2 * LETTER if unicodedata.east_asian_width(character) in {"W", "F"} else LETTER
