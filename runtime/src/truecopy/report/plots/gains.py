"""What each strategy gains over the first, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from truecopy.report.axes import Field, enclosing, numbered, widened
from truecopy.report.numbers import plain, signed
from truecopy.report.svg import WIDTH, Drawing, label, line, rect

_ROW = 44.0
_TOP = 22.0
_COST = 124.0


class Gained(NamedTuple):
    """interval: gain, low, high, in the unit of the axis; None for the strategy the others are held against. few: so
    few items differ that the interval does not mean much. ratio: of its time to that one's. passes: forward passes per
    item.
    """

    name: str
    interval: tuple[float, float, float] | None
    few: bool
    ratio: float
    passes: float


def gains(rows: Sequence[Gained], axis: str) -> Drawing:
    """A forest plot of the gains to the left, bars of the cost to the right.

    axis: what is gained, with its unit. A square is filled where the interval means something and leaves zero out.
    """
    ends = [0.0, *(end for row in rows if row.interval for end in row.interval if math.isfinite(end))]
    bottom = _TOP + _ROW * len(rows)
    left, right = 12.0, WIDTH - _COST - 24
    marked = enclosing(min(ends), max(ends))
    across = widened(marked[0], marked[-1])
    field = Field(across, (0, 1), left=left, right=right, top=_TOP, bottom=bottom)
    marks = [
        *field.marks("", "", x_ticks=numbered(marked), y_ticks=[]),
        label(left, bottom + 32, axis, room=WIDTH - left),
        label(right + 24, 12, "time, and passes", kind="soft"),
        label(left, 12, "gain with its 95 % interval", kind="soft"),
    ]
    finite = [row.ratio for row in rows if math.isfinite(row.ratio)]
    dearest = max([1.0, *finite])
    for place, row in enumerate(rows):
        marks += [*_row(row, field, _TOP + place * _ROW, dearest)]
    said = "; ".join(f"{row.name}: {_gain(row)}, {plain(row.ratio, 3)} times the time" for row in rows)
    return Drawing(WIDTH, bottom + 40, f"Gain and cost of strategies. {said}", tuple(marks))


def _row(row: Gained, field: Field, top: float, dearest: float) -> Iterator[str]:
    middle = top + 30
    yield line(field.left, top, WIDTH, top, "line")
    yield line(field.across(0), top + 20, field.across(0), top + _ROW, "axis", dashed=True)
    yield label(field.left, top + 15, row.name, room=(field.right - field.left) * 0.6)
    yield label(field.right, top + 15, _gain(row), anchor="end", kind="soft")
    if row.interval is not None and all(math.isfinite(end) for end in row.interval):
        gain, low, high = row.interval
        clear = not row.few and (low > 0 or high < 0)
        yield line(field.across(low), middle, field.across(high), middle, "first-line", width=2)
        for end in (low, high):
            yield line(field.across(end), middle - 5, field.across(end), middle + 5, "first-line", width=2)
        yield rect(field.across(gain) - 4, middle - 4, 8, 8, "first" if clear else "hollow")
    else:
        yield line(field.across(0) - 5, middle, field.across(0) + 5, middle, "first-line", width=2)
        yield line(field.across(0), middle - 5, field.across(0), middle + 5, "first-line", width=2)
    begin = field.right + 24
    words = f"{plain(row.ratio, 3)}\u00d7, {plain(row.passes, 3)} {'pass' if row.passes == 1 else 'passes'}"
    yield label(begin, top + 15, words, room=_COST)
    if math.isfinite(row.ratio):
        yield rect(
            begin,
            middle - 5,
            max((_COST - 2) * row.ratio / dearest, 1.5),
            10,
            "second",
            opacity=0.8,
            title=words,
        )


def _gain(row: Gained) -> str:
    return "the base" if row.interval is None else signed(row.interval[0], 3)
