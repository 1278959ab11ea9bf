"""Which class was said for which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from truecopy.report.numbers import count, share
from truecopy.report.svg import LETTER, WIDTH, Drawing, boxes, label, line, rect

MOST_CLASSES = 100
MOST_WITH_NUMBERS = 25
_AXIS = 20.0
_MOST_LABEL = 110.0
# The faintest cell that holds something can still be told from an empty one.
_FAINTEST = 0.07
_SHADES = 20
# From this share on, the colour of a cell asks for letters of the other brightness.
_DARK = 0.55


def confusion_matrix(counts: np.ndarray, labels: Sequence[str]) -> Drawing:
    """A row for each true class, a column for each that was said, darker for a larger share of its row.

    counts: int (classes, classes), rows are the truth. Numbers are written up to 25 classes; only cells that hold
    something are drawn. At most `MOST_CLASSES` classes: the caller shows pairs beyond that.
    """
    classes = len(labels)
    if counts.shape != (classes, classes) or classes > MOST_CLASSES:
        raise ValueError(f"a matrix of {counts.shape} for {classes} labels, of at most {MOST_CLASSES}")
    room = min(_MOST_LABEL, max(len(name) for name in labels) * LETTER + 8)
    side = _side(counts, classes, room)
    left, top, long = _AXIS + room, 6.0, side * classes
    right = max(left + long + 6, 230.0)
    if classes <= MOST_WITH_NUMBERS:
        cells = _cells(counts, labels, side, left, top)
    else:
        cells = _shades(counts, side, left, top)
    marks = [
        rect(left, top, long, long, "wash"),
        *cells,
        *_lines(classes, side, left, top),
        *_names(labels, side, left, top, room),
        label(left + long / 2, top + long + room + 16, "said", anchor="middle"),
        label(12, top + long / 2, "true", anchor="middle", up=True),
    ]
    right_share = np.trace(counts) / max(int(counts.sum()), 1)
    words = f"Confusion matrix of {classes} classes; {share(float(right_share))} of {count(int(counts.sum()))} items stand on its diagonal."
    return Drawing(right, top + long + room + 24, words, tuple(marks))


def _side(counts: np.ndarray, classes: int, room: float) -> float:
    """Of a cell, in px: as large as the page's width gives, and not too small for its numbers."""
    given = min((WIDTH - _AXIS - room - 6) / classes, 56.0)
    if classes > MOST_WITH_NUMBERS:
        return max(given, 8.0)
    return max(given, 20.0, len(str(int(counts.max(initial=0)))) * LETTER + 6)


def _cells(counts: np.ndarray, labels: Sequence[str], side: float, left: float, top: float) -> Iterator[str]:
    totals = counts.sum(axis=1)
    for row, column in np.argwhere(counts > 0).tolist():
        number, part = int(counts[row, column]), float(counts[row, column] / totals[row])
        x, y = left + column * side, top + row * side
        title = f"true {labels[row]}, said {labels[column]}: {count(number)} ({share(part)})"
        yield rect(x, y, side, side, "first", opacity=_FAINTEST + (1 - _FAINTEST) * part, title=title)
        kind = "on" if part >= _DARK else ""
        yield label(x + side / 2, y + side / 2 + 4, str(number), anchor="middle", kind=kind)


def _shades(counts: np.ndarray, side: float, left: float, top: float) -> Iterator[str]:
    """All cells of one shade as one element: ten thousand cells stay small."""
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shades = np.ceil(counts / totals * _SHADES).astype(np.int64)
    for shade in range(1, _SHADES + 1):
        cells = [(left + x * side, top + y * side) for y, x in np.argwhere(shades == shade).tolist()]
        if cells:
            opacity = _FAINTEST + (1 - _FAINTEST) * shade / _SHADES
            yield boxes(cells, side, "first", opacity=opacity)


def _lines(classes: int, side: float, left: float, top: float) -> Iterator[str]:
    steps = range(classes + 1) if classes <= MOST_WITH_NUMBERS else (0, classes)
    for index in steps:
        yield line(left + index * side, top, left + index * side, top + classes * side, "line")
        yield line(left, top + index * side, left + classes * side, top + index * side, "line")


def _names(labels: Sequence[str], side: float, left: float, top: float, room: float) -> Iterator[str]:
    """Names of rows to the left, of columns below; every second or third where cells are lower than letters."""
    every = max(1, int(np.ceil(11.0 / side)))
    bottom = top + len(labels) * side
    # Upwards only where a name is wider than its column.
    up = max(len(name) for name in labels) * LETTER > side - 4
    for index in range(0, len(labels), every):
        middle = (index + 0.5) * side
        yield label(left - 5, top + middle + 4, labels[index], anchor="end", room=room - 6)
        if up:
            yield label(left + middle + 4, bottom + 5, labels[index], anchor="end", room=room - 6, up=True)
        else:
            yield label(left + middle, bottom + 14, labels[index], anchor="middle", room=side)
