"""How far a regression's answers are from the truth, and to which side."""

from __future__ import annotations

import numpy as np

from truecopy.report.axes import HEIGHT, Field, numbered, ticks
from truecopy.report.numbers import count, plain, signed
from truecopy.report.svg import WIDTH, Drawing, label, line, rect

_BARS = 25


def residuals(true: np.ndarray, said: np.ndarray, unit: str | None) -> Drawing:
    """Counts of said minus true; right of zero too much was said.

    true, said: float (items,), in `unit`. The range ends at the 99th percentile of the distances; its end bars hold
    what is farther, and the plot says how many that are.
    """
    off = np.asarray(said, np.float64) - np.asarray(true, np.float64)
    off = off[np.isfinite(off)]
    reach = float(np.quantile(np.abs(off), 0.99)) if len(off) else 0.0
    reach = reach or float(np.abs(off).max(initial=0.0)) or 1.0
    beyond = int((np.abs(off) > reach).sum())
    counts, edges = np.histogram(np.clip(off, -reach, reach), bins=_BARS, range=(-reach, reach))
    most = max(int(counts.max(initial=0)), 1)
    field = Field((-reach, reach), (0.0, most * (1.2 if beyond else 1.05)), left=58.0)
    words = f", {unit}" if unit else ""
    marks = [
        *field.marks(
            f"said minus true{words}",
            "items",
            x_ticks=numbered(ticks(-reach, reach, 5)),
            y_ticks=numbered([tick for tick in ticks(0.0, most, 5) if tick == round(tick)]),
        ),
        *_bars(counts, edges, field),
        line(
            field.across(0),
            field.top + (18 if beyond else 0),
            field.across(0),
            field.bottom,
            "axis",
            dashed=True,
        ),
    ]
    if beyond:
        ends = f"{count(beyond)} farther than {plain(reach, 3)}: in the end bars"
        marks.append(label(field.right, field.top + 10, ends, anchor="end", kind="soft"))
    mean = signed(float(off.mean()), 3) if len(off) else "none"
    said_words = (
        f"Histogram of said minus true of {count(len(off))} items; mean {mean}{f' {unit}' if unit else ''}."
    )
    return Drawing(WIDTH, HEIGHT, said_words, tuple(marks))


def _bars(counts: np.ndarray, edges: np.ndarray, field: Field) -> list[str]:
    bars = []
    for number, low, high in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if number:
            x, top = field.across(low), field.down(number)
            title = f"{plain(low, 3)} to {plain(high, 3)}: {count(number)}"
            bars.append(
                rect(
                    x + 0.5,
                    top,
                    field.across(high) - x - 1,
                    field.bottom - top,
                    "first",
                    opacity=0.8,
                    title=title,
                )
            )
    return bars
