"""F1 of every class, the weakest first."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from truecopy.report.numbers import count, share
from truecopy.report.svg import LETTER, WIDTH, Drawing, label, line, rect

MOST = 30
_ROW = 19.0
_TOP = 8.0


def class_scores(
    labels: Sequence[str], f1: Sequence[float], support: Sequence[int], most: int = MOST
) -> Drawing:
    """One bar a class whose F1 is defined, the weakest first; of more than `most` the rest is counted in words.

    f1: in [0, 1], NaN where it is undefined: no item is of the class, and none was said to be. support: items of it.
    """
    there = [index for index in range(len(labels)) if not math.isnan(f1[index])]
    order = sorted(there, key=lambda index: (f1[index], index))
    shown, left_out = order[:most], len(order) - most
    names = min(130.0, max((len(labels[index]) for index in shown), default=4) * LETTER + 8)
    left, right = names + 4, WIDTH - 92
    bottom = _TOP + _ROW * len(shown)
    marks = []
    for tick in np.linspace(0, 1, 5).tolist():
        x = left + tick * (right - left)
        marks += [
            line(x, _TOP, x, bottom, "line"),
            label(x, bottom + 14, f"{100 * tick:.0f}", anchor="middle", kind="soft"),
        ]
    for place, index in enumerate(shown):
        y = _TOP + place * _ROW
        words = f"{share(f1[index])}, {count(support[index])}"
        marks += [
            label(names, y + 13, labels[index], anchor="end", room=names - 4),
            rect(
                left,
                y + 3,
                f1[index] * (right - left),
                _ROW - 6,
                "first",
                opacity=0.85,
                title=f"{labels[index]}: {words}",
            ),
            label(right + 6, y + 13, words, room=90),
        ]
    marks.append(label((left + right) / 2, bottom + 30, "F1, %, and items", anchor="middle"))
    high = bottom + 38
    if left_out > 0:
        marks.append(
            label(left, high + 8, f"and {count(left_out)} more classes, all of them better", kind="soft")
        )
        high += 18
    words = f"F1 of {len(shown)} classes, the weakest first" + (f" of {len(order)}." if left_out > 0 else ".")
    return Drawing(WIDTH, high, words, tuple(marks))
