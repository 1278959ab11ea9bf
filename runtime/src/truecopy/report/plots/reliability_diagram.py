"""How sure the model was against how often it was right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from truecopy.report.axes import HEIGHT, Field, percents, ticks
from truecopy.report.numbers import count, share
from truecopy.report.svg import WIDTH, Drawing, label, line, rect

_STRIP = 44.0


class Bin(NamedTuple):
    """Items with a confidence from low to high. items: how many. confidence, accuracy: their means, which nobody reads where there are none."""

    low: float
    high: float
    items: int
    confidence: float
    accuracy: float


def reliability_diagram(bins: Sequence[Bin], ece: float, *, right: str = "right") -> Drawing:
    """Bars of the share that was right; on the dashed line a model is as sure as it is right. Below it the counts.

    ece: expected calibration error, a share. right: what the share on the upright axis is called.
    """
    field = Field((0.0, 1.0), (0.0, 1.0), top=22.0, bottom=HEIGHT - 38.0)
    fifths = percents(ticks(0.0, 1.0))
    strip = HEIGHT + _STRIP
    marks = [
        *field.marks("", f"{right}, %", x_ticks=[], y_ticks=fifths),
        *_bars(bins, field),
        line(field.across(0), field.down(0), field.across(1), field.down(1), "axis", width=1.5, dashed=True),
        *_counts(bins, field, strip),
        *(
            label(field.across(value), strip + 16, words, anchor="middle", kind="soft")
            for value, words in fifths
        ),
        label((field.left + field.right) / 2, strip + 32, "confidence, %", anchor="middle"),
        label(field.right, 13, f"ECE {share(ece, 2)}", anchor="end"),
    ]
    words = f"Reliability diagram of {sum(one.items for one in bins)} items; expected calibration error {share(ece, 2)}."
    return Drawing(WIDTH, strip + 40, words, tuple(marks))


def _bars(bins: Sequence[Bin], field: Field) -> Iterator[str]:
    for one in bins:
        if one.items == 0:
            continue
        x, wide = field.across(one.low), field.across(one.high) - field.across(one.low)
        top = field.down(one.accuracy)
        title = f"confidence {share(one.low)} to {share(one.high)}: {share(one.confidence)} on average, {share(one.accuracy)} right, {count(one.items)} items"
        yield rect(x + 1, top, wide - 2, field.bottom - top, "first", opacity=0.8, title=title)
        middle = field.down(one.confidence)
        # Where the bar would end if its items were as often right as they were sure.
        yield line(x + 1, middle, x + wide - 1, middle, "second-line", width=2.5)


def _counts(bins: Sequence[Bin], field: Field, bottom: float) -> Iterator[str]:
    most = max((one.items for one in bins), default=0) or 1
    for one in bins:
        x, wide = field.across(one.low), field.across(one.high) - field.across(one.low)
        high = _STRIP * 0.85 * one.items / most
        if one.items:
            yield rect(
                x + 1,
                bottom - max(high, 1),
                wide - 2,
                max(high, 1),
                "first",
                opacity=0.45,
                title=f"{count(one.items)} items",
            )
    yield line(field.left, bottom, field.right, bottom, "axis")
    yield label(
        field.right,
        bottom - _STRIP * 0.85 - 6,
        f"{count(most)} in the highest bar",
        anchor="end",
        kind="soft",
    )
    yield label(11, bottom - _STRIP / 2, "items", anchor="middle", up=True)
