"""What it costs to answer only where the model is sure."""

from __future__ import annotations

import numpy as np

from truecopy.report.axes import HEIGHT, TOP, Field, percents, ticks
from truecopy.report.numbers import share
from truecopy.report.svg import WIDTH, Drawing, dots, label, line, path

_MOST_POINTS = 400


def coverage_curve(
    coverage: np.ndarray, error: np.ndarray, accepted: tuple[float, float] | None = None
) -> Drawing:
    """The share of wrong answers among the surest items, against how many of all they are.

    coverage, error: float (points,), shares, coverage rising. accepted: the point of the contract's own threshold.
    """
    keep = thinned(len(coverage), _MOST_POINTS)
    xs, ys = np.asarray(coverage, np.float64)[keep], np.asarray(error, np.float64)[keep]
    highest = max(float(ys.max(initial=0.0)), accepted[1] if accepted else 0.0, 0.01)
    field = Field((0.0, 1.0), (0.0, min(highest * 1.12, 1.0)), top=22.0 if accepted else TOP)
    marks = [
        *field.marks(
            "items answered, the surest first, %",
            "wrong among them, %",
            x_ticks=percents(ticks(0.0, 1.0)),
            y_ticks=percents(ticks(*field.y)),
        ),
    ]
    points = [(field.across(x), field.down(y)) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    if points:
        marks += [path(points, "first-line"), dots(points[-1:], "first-line", width=7, opacity=1)]
    if accepted is not None:
        x, y = field.across(accepted[0]), field.down(accepted[1])
        marks += [line(x, field.top, x, field.bottom, "second-line", width=1.5, dashed=True)]
        marks += [dots([(x, y)], "second-line", width=9, opacity=1)]
        words = f"threshold: {share(accepted[0])} answered, {share(accepted[1])} of them wrong"
        marks += [label(field.right, 13, words, anchor="end", room=WIDTH)]
    last = share(float(ys[-1])) if len(ys) else "none"
    return Drawing(WIDTH, HEIGHT, f"Coverage against error; of all items {last} are wrong.", tuple(marks))


def thinned(count: int, most: int) -> np.ndarray:
    """Int (at most `most`,): places that keep the first and the last of `count`, evenly spread."""
    return (
        np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))
        if count
        else np.zeros(0, np.int64)
    )
