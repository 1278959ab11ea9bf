"""What a sheet is made of: paragraphs over the whole width, and rows of cells with a picture above its captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image, ImageDraw

from .lettering import BLUE, FAINT, GREEN, RED, Line, width, wrapped
from .shown import BOX

MARGIN, GAP, COLUMNS = 40, 28, 5
ROOM = COLUMNS * BOX[0] + (COLUMNS - 1) * GAP
PAPER, FRAME, WHITE = (250, 250, 247), (196, 198, 202), (255, 255, 255)
BODY, HEADING = 15, 18
_PAD, _BAR = 6, 14


class Part(Protocol):
    """One thing over the whole width of the sheet."""

    @property
    def height(self) -> int: ...

    def paint(self, sheet: Image.Image, y: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines over the whole width, `before` pixels of space above them."""

    lines: tuple[Line, ...]
    before: int = 0
    ruled: bool = False

    @property
    def height(self) -> int:
        return self.before + sum(line.height for line in self.lines)

    def paint(self, sheet: Image.Image, y: int) -> None:
        draw = ImageDraw.Draw(sheet)
        if self.ruled:
            rule = y + self.before // 2
            draw.line((MARGIN, rule, MARGIN + ROOM, rule), fill=FRAME, width=1)
        paint_lines(draw, self.lines, MARGIN, y + self.before)


@dataclass(frozen=True, slots=True)
class Badge:
    """A word in a frame: filled for an alarm, outlined for all is well."""

    text: str
    alarm: bool

    @property
    def height(self) -> int:
        return BODY + 2 * _PAD

    def paint(self, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
        color = RED if self.alarm else GREEN
        box = (x, y, x + width(self.text, BODY) + 2 * _PAD, y + self.height)
        draw.rounded_rectangle(box, radius=4, fill=color if self.alarm else None, outline=color, width=2)
        line = Line(self.text, BODY, WHITE if self.alarm else color, bold=self.alarm)
        line.paint(draw, x + _PAD, y + (self.height - line.height) // 2)


@dataclass(frozen=True, slots=True)
class Bar:
    """A label, its share, and a bar of that length."""

    label: str
    share: float
    leading: bool

    @property
    def _lines(self) -> tuple[Line, ...]:
        return wrapped(f"{self.share:.4f}  {self.label}", BODY, BOX[0] - 2 * GAP, most=2, bold=self.leading)

    @property
    def height(self) -> int:
        return sum(line.height for line in self._lines) + _BAR

    def paint(self, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
        below = paint_lines(draw, self._lines, x, y)
        room = BOX[0] - 2 * GAP
        draw.rectangle((x, below, x + room, below + 6), fill=(228, 230, 233))
        filled = round(room * min(max(self.share, 0.0), 1.0))
        if filled:
            draw.rectangle((x, below, x + filled, below + 6), fill=BLUE if self.leading else FAINT)


@dataclass(frozen=True, slots=True)
class Said:
    """Words among the bars, or in their place."""

    text: str
    size: int = BODY
    bold: bool = False

    @property
    def _lines(self) -> tuple[Line, ...]:
        return wrapped(self.text, self.size, BOX[0] - 2 * GAP, most=2, bold=self.bold)

    @property
    def height(self) -> int:
        return sum(line.height for line in self._lines)

    def paint(self, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
        paint_lines(draw, self._lines, x, y)


@dataclass(frozen=True, slots=True)
class Cell:
    """A picture no larger than `BOX`, or bars and words in its place; under it perhaps a badge, then the lines."""

    lines: tuple[Line, ...]
    picture: Image.Image | None = None
    bars: tuple[Bar | Said, ...] = ()
    badge: Badge | None = None

    @property
    def height(self) -> int:
        text = sum(line.height for line in self.lines)
        return BOX[1] + 2 * _PAD + text + (self.badge.height + _PAD if self.badge else 0)

    def paint(self, sheet: Image.Image, x: int, y: int) -> None:
        draw = ImageDraw.Draw(sheet)
        if self.picture is None:
            self._paint_bars(draw, x, y)
        else:
            self._paint_picture(sheet, self.picture, x, y)
        below = y + BOX[1] + 2 * _PAD
        if self.badge:
            self.badge.paint(draw, x, below)
            below += self.badge.height + _PAD
        paint_lines(draw, self.lines, x, below)

    def _paint_picture(self, sheet: Image.Image, picture: Image.Image, x: int, y: int) -> None:
        top = y + BOX[1] - picture.height
        sheet.paste(picture, (x, top))
        alarm = self.badge is not None and self.badge.alarm
        out = 4 if alarm else 1
        frame = (x - out, top - out, x + picture.width + out - 1, top + picture.height + out - 1)
        ImageDraw.Draw(sheet).rectangle(frame, outline=RED if alarm else FRAME, width=out)

    def _paint_bars(self, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
        draw.rectangle((x - 1, y - 1, x + BOX[0], y + BOX[1]), fill=WHITE, outline=FRAME)
        room = BOX[1] - sum(bar.height for bar in self.bars)
        below = y + room // (len(self.bars) + 1)
        for bar in self.bars:
            bar.paint(draw, x + GAP, below)
            below += bar.height + room // (len(self.bars) + 1)


@dataclass(frozen=True, slots=True)
class Row:
    """At most `COLUMNS` cells side by side, as high as the highest."""

    cells: Sequence[Cell]
    before: int = 26

    @property
    def height(self) -> int:
        return self.before + max(cell.height for cell in self.cells)

    def paint(self, sheet: Image.Image, y: int) -> None:
        for column, cell in enumerate(self.cells):
            cell.paint(sheet, MARGIN + column * (BOX[0] + GAP), y + self.before)


def paint_lines(draw: ImageDraw.ImageDraw, lines: Sequence[Line], x: int, y: int) -> int:
    """One under the other; returns where the next one would stand."""
    for line in lines:
        line.paint(draw, x, y)
        y += line.height
    return y


def stacked(parts: Sequence[Part]) -> Image.Image:
    """All parts one under the other on paper, mode RGB."""
    height = 2 * MARGIN + sum(part.height for part in parts)
    sheet = Image.new("RGB", (ROOM + 2 * MARGIN, height), PAPER)
    y = MARGIN
    for part in parts:
        part.paint(sheet, y)
        y += part.height
    return sheet
