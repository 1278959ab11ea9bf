"""How far two sides are apart, item by item: counts by the power of ten, and what is equal by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from truecopy.report.axes import HEIGHT, Field, numbered, ticks
from truecopy.report.numbers import count
from truecopy.report.svg import WIDTH, Drawing, label, line, rect

_PER_DECADE = 4
_MOST_DECADES = 9


def differences(apart: np.ndarray | Sequence[float], words: str, allowed: float | None) -> Drawing:
    """A bar for the items that are equal (0), and a histogram of the others on an axis of powers of ten.

    apart: float (items,), 0 or more; infinity stands in the last bar. words: what they are, for the axis. allowed: a dashed
    line stands there; None: nothing is said of how much may be. Of more than nine powers of ten the lowest share a bar.
    """
    values = np.asarray(apart, np.float64)
    values = values[~np.isnan(values)]
    equal = int((values == 0).sum())
    beyond = values[values > 0]
    low, high = _decades(beyond[np.isfinite(beyond)], allowed)
    bins = (high - low) * _PER_DECADE
    places = np.clip(np.log10(np.clip(beyond, 10.0**low, 10.0**high)), low, high - 1e-9)
    counts = np.histogram(places, bins=bins, range=(low, high))[0]
    most = max(int(counts.max(initial=0)), equal, 1)
    # The bar of the equal ones stands to the left of the powers of ten, with a gap.
    field = Field((low - 0.9, high), (0.0, most * 1.15), left=58.0, right=WIDTH - 20.0)
    powers = range(low, high + 1, max(1, math.ceil((high - low) / 6)))
    marks = [
        *field.marks(
            words,
            "items",
            x_ticks=[(low - 0.6, "0"), *((float(power), _power(power)) for power in powers)],
            y_ticks=numbered([tick for tick in ticks(0.0, most, 5) if tick == round(tick)]),
        ),
        *_bar(field, low - 0.8, low - 0.4, equal, "equal"),
    ]
    for place, number in enumerate(counts.tolist()):
        begin = low + place / _PER_DECADE
        title = f"{10**begin:.1e} to {10 ** (begin + 1 / _PER_DECADE):.1e}"
        marks += _bar(field, begin, begin + 1 / _PER_DECADE, number, title)
    if allowed is not None:
        across = field.across(math.log10(allowed))
        marks.append(
            line(across, field.top + 16, across, field.bottom, "second-line", width=1.5, dashed=True)
        )
        marks.append(label(across - 4, field.top + 12, "allowed", anchor="end", kind="soft"))
    return Drawing(WIDTH, HEIGHT, _said(values, equal, words), tuple(marks))


def _decades(beyond: np.ndarray, allowed: float | None) -> tuple[int, int]:
    """The powers of ten that hold all finite ones and the line, at most nine of them."""
    held = [float(beyond.min()), float(beyond.max())] if len(beyond) else []
    if allowed is not None:
        held.append(allowed)
    if not held:
        return -8, -7
    low, high = math.floor(math.log10(min(held))), math.ceil(math.log10(max(held)) - 1e-9)
    high = max(high, low + 1) + (1 if allowed is not None and allowed == max(held) else 0)
    return max(low, high - _MOST_DECADES), high


def _bar(field: Field, begin: float, end: float, number: int, title: str) -> Iterator[str]:
    if not number:
        return
    left, right, top = field.across(begin), field.across(end), field.down(number)
    words = f"{title}: {count(number)}"
    yield rect(left + 0.5, top, right - left - 1, field.bottom - top, "first", opacity=0.8, title=words)


def _power(power: int) -> str:
    return "1" if power == 0 else f"1e{power}"


def _said(values: np.ndarray, equal: int, words: str) -> str:
    if not len(values):
        return f"Histogram of the {words}: there are no items."
    return f"Histogram of the {words} of {count(len(values))} items: {count(equal)} are equal, the largest is {values.max():.1e}."
