"""A regression's answers against the truth."""

from __future__ import annotations

import numpy as np

from truecopy.report.axes import Field, numbered, ticks, widened
from truecopy.report.numbers import count
from truecopy.report.svg import WIDTH, Drawing, dots, label, line

from .coverage_curve import thinned

MOST_POINTS = 1500
_SIDE = 340.0


def said_against_true(true: np.ndarray, said: np.ndarray, unit: str | None) -> Drawing:
    """A dot an item, on the dashed line where both are the same; both axes have one scale.

    true, said: float (items,), in `unit`. Of more than 1500 items every n-th is drawn, and the plot says so.
    """
    there = np.isfinite(true) & np.isfinite(said)
    xs, ys = np.asarray(true, np.float64)[there], np.asarray(said, np.float64)[there]
    keep = thinned(len(xs), MOST_POINTS)
    both = np.concatenate([xs, ys]) if len(xs) else np.zeros(1)
    limits = widened(float(both.min()), float(both.max()))
    field = Field(limits, limits, left=58.0, bottom=_SIDE - 38.0)
    marked = numbered(ticks(*limits))
    words = f", {unit}" if unit else ""
    points = [
        (field.across(x), field.down(y)) for x, y in zip(xs[keep].tolist(), ys[keep].tolist(), strict=True)
    ]
    marks = [
        *field.marks(f"true{words}", f"said{words}", x_ticks=marked, y_ticks=marked),
        line(field.left, field.bottom, field.right, field.top, "axis", width=1.5, dashed=True),
    ]
    if points:
        marks.append(dots(points, "first-line", width=4.5, opacity=0.55))
    if len(keep) < len(xs):
        marks.append(
            label(
                field.left + 8, field.top + 12, f"{count(len(keep))} of {count(len(xs))} items", kind="soft"
            )
        )
    return Drawing(WIDTH, _SIDE, f"Said against true of {count(len(xs))} items.", tuple(marks))
