"""One strategy for people, in detail: its classes, who was taken for whom, or its quantities."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from truecopy.metrics import (
    ClassQuality,
    ClassScore,
    LabelsQuality,
    NumbersQuality,
    Quality,
    QuantityScore,
    TextQuality,
    most_confused,
)
from truecopy.report.plots import MOST_CLASSES as MOST_DRAWN

from .fitting import Cells, fits, fitting
from .output import one_line

if TYPE_CHECKING:
    from rich.table import Table

MOST_CLASSES = 20
# A table of more is rather looked at in the report.
MOST_CONFUSED = 12
MOST_PAIRS = 10
_SHORT = 16


def details(quality: Quality, about: str) -> Iterator[Table]:
    """about: of which strategy, to stand behind a title; "" for the only one."""
    match quality:
        case ClassQuality():
            yield _classes(quality.per_class, f"classes{about}")
            yield from _confusion(quality, about)
        case LabelsQuality():
            yield _classes(quality.per_label, f"labels{about}")
        case NumbersQuality():
            yield from _quantities(quality.quantities, f"errors{about}")
        case TextQuality():
            pass


def _classes(scores: Sequence[ClassScore], title: str) -> Table:
    """The weakest first; those without an F1, which nobody said and which have no items, last."""
    from rich.table import Table

    order = sorted(scores, key=lambda score: math.inf if math.isnan(score.f1) else score.f1)
    shown = order[:MOST_CLASSES]
    table = Table(title=f"{one_line(title)}, the weakest first", title_justify="left")
    # Folded, never cut, and not before the numbers are.
    longest = max(len(score.label) for score in shown)
    table.add_column("", overflow="fold", min_width=min(longest, _SHORT))
    for heading in ("precision", "recall", "F1", "items"):
        table.add_column(heading, justify="right", no_wrap=True)
    for score in shown:
        cells = (_share(score.precision), _share(score.recall), _share(score.f1), str(score.support))
        table.add_row(one_line(score.label), *cells)
    if len(order) > MOST_CLASSES:
        table.caption = f"and {len(order) - MOST_CLASSES} more"
        table.caption_justify = "left"
    return table


def _confusion(quality: ClassQuality, about: str) -> Iterator[Table]:
    """The matrix where all of it has room, else the pairs that stand out."""
    if len(quality.labels) <= MOST_CONFUSED:
        matrix = _matrix(quality, f"confusion{about}")
        if fits(matrix):
            yield matrix
            return
    pairs = most_confused(quality.confusion, MOST_PAIRS)
    if pairs:
        yield _pairs(quality, pairs, f"the most confused{about}")


def _matrix(quality: ClassQuality, title: str) -> Table:
    from rich.table import Table

    table = Table(title=one_line(title), title_justify="left")
    for heading in ("true ↓ said →", *quality.labels):
        table.add_column(one_line(heading), justify="right", no_wrap=True)
    table.columns[0].justify = "left"
    for index, label in enumerate(quality.labels):
        # Zeros would hide what is there.
        row = [str(number) if number else "·" for number in quality.confusion[index].tolist()]
        table.add_row(one_line(label), *row)
    return table


def _pairs(quality: ClassQuality, pairs: Sequence[tuple[int, int, int, float]], title: str) -> Table:
    from rich.table import Table

    table = Table(title=one_line(title), title_justify="left")
    for heading in ("true", "said"):
        table.add_column(heading, overflow="fold")
    for heading in ("items", "of the true"):
        table.add_column(heading, justify="right", no_wrap=True)
    for true, said, number, share in pairs:
        labels = (one_line(quality.labels[place]) for place in (true, said))
        table.add_row(*labels, str(number), _share(share))
    drawn = ", --html" if len(quality.labels) <= MOST_DRAWN else ""
    table.caption = f"the whole matrix: --json{drawn}"
    table.caption_justify = "left"
    return table


def _quantities(quantities: Sequence[QuantityScore], title: str) -> Iterator[Table]:
    names = [f"{one.name}, {one.unit}" if one.unit else one.name for one in quantities]
    rows: list[Cells] = [
        [
            ("MAE", f"{one.mae:.6g}"),
            ("RMSE", f"{one.rmse:.6g}"),
            ("bias", f"{one.bias:.6g}"),
            ("largest", f"{one.largest:.6g}"),
            ("R2", "-" if math.isnan(one.r2) else f"{one.r2:.4f}"),
        ]
        for one in quantities
    ]
    return fitting("", names, rows, one_line(title))


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.2f} %"
