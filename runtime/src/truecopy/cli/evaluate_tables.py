"""An evaluation for people: strategies, classes, who was taken for whom."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from truecopy.jobs.evaluation import Evaluation, StrategyScore
from truecopy.metrics import (
    ClassQuality,
    ClassScore,
    Gain,
    LabelsQuality,
    NumbersQuality,
    Quality,
    QuantityScore,
    TextQuality,
)

from .output import console, one_line

if TYPE_CHECKING:
    from rich.table import Table

Cells: TypeAlias = list[tuple[str, str]]  # heading, cell

MOST_CLASSES = 20
MOST_CONFUSED = 12
_SHORT = 16


def print_tables(found: Evaluation) -> None:
    """To stdout: the summary, each member alone, and of the first strategy its classes or quantities in detail."""
    tables = [*_strategies(found)]
    first = found.scores[0]
    # The strategy that asks the most models knows best who said what alone.
    singles = max(found.scores, key=lambda score: len(score.singles))
    if singles.singles:
        tables.append(_singles(singles))
    about = f", {first.name}" if len(found.scores) > 1 else ""
    match first.quality:
        case ClassQuality() as quality:
            tables.append(_classes(quality.per_class, f"classes{about}"))
            if len(quality.labels) <= MOST_CONFUSED:
                tables.append(_confusion(quality, f"confusion{about}"))
        case LabelsQuality() as quality:
            tables.append(_classes(quality.per_label, f"labels{about}"))
        case NumbersQuality() as quality:
            tables.append(_quantities(quality.quantities, f"errors{about}"))
        case TextQuality():
            pass
    for table in tables:
        console().print(table)


def _strategies(found: Evaluation) -> Iterator[Table]:
    """How good each is; and, where several are compared, what each gains and costs, in a table of its own."""
    scores = found.scores
    measured = [_measures(score.quality) for score in scores]
    costs = [
        [("passes", f"{score.passes:.4g}"), ("ms an item", f"{1000 * score.seconds:.3g}")] for score in scores
    ]
    if len(scores) == 1:
        yield _by_strategy(scores, [[*measured[0], *costs[0]]])
        return
    yield _by_strategy(scores, measured)
    quality = scores[0].quality
    unit = _unit(quality) if isinstance(quality, NumbersQuality) else ", points"
    yield _by_strategy(
        scores,
        [
            [
                (f"gain{unit} (95 % interval)", _gain(score.gain, quality)),
                *cost,
                ("ratio", f"{score.ratio:.2f}"),
            ]
            for score, cost in zip(scores, costs, strict=True)
        ],
    )


def _by_strategy(scores: Sequence[StrategyScore], rows: Sequence[Cells]) -> Table:
    from rich.table import Table

    table = Table()
    table.add_column("strategy", no_wrap=True)
    for heading, _ in rows[0]:
        table.add_column(heading, justify="right", overflow="fold")
    for score, row in zip(scores, rows, strict=True):
        table.add_row(score.name, *(cell for _, cell in row))
    return table


def _measures(quality: Quality) -> Cells:
    match quality:
        case ClassQuality():
            # Top 1 is the accuracy, but where a threshold decides.
            tops = [(f"top {k}", _share(share)) for k, share in quality.top_k.items() if k > 1]
            cells = [("accuracy", _share(quality.accuracy)), *tops, ("macro F1", _share(quality.macro.f1))]
            if quality.accepted < 1:
                cells += [
                    ("accepted", _share(quality.accepted)),
                    ("right of these", _share(quality.accepted_accuracy)),
                ]
            return [*cells, ("ECE", _share(quality.ece))]
        case LabelsQuality():
            return [
                ("all labels right", _share(quality.subset_accuracy)),
                ("wrong decisions", _share(quality.hamming_loss)),
                ("micro F1", _share(quality.micro.f1)),
                ("macro F1", _share(quality.macro.f1)),
                ("ECE", _share(quality.ece)),
            ]
        case TextQuality():
            return [
                ("exact", _share(quality.exact)),
                ("character errors", _share(quality.character_error_rate)),
                ("ECE", _share(quality.ece)),
            ]
        case NumbersQuality():
            return [(f"mean absolute error{_unit(quality)}", f"{quality.headline[1]:.6g}")]


def _gain(gain: Gain | None, quality: Quality) -> str:
    if gain is None:
        return ""
    scale, form = (1.0, "+.4g") if isinstance(quality, NumbersQuality) else (100.0, "+.2f")
    middle, low, high = (f"{scale * number:{form}}" for number in (gain.gain, gain.low, gain.high))
    return f"{middle} ({low} to {high})"


def _unit(quality: NumbersQuality) -> str:
    """Of several quantities the mean has a unit where they share one."""
    units = {one.unit for one in quality.quantities}
    unit = units.pop() if len(units) == 1 else None
    return f", {one_line(unit)}" if unit else ""


def _singles(score: StrategyScore) -> Table:
    from rich.table import Table

    shares = not isinstance(score.quality, NumbersQuality)
    table = Table("each model alone")
    table.add_column(score.quality.headline[0], justify="right", no_wrap=True)
    values = [one.value for one in score.singles]
    for name, value in [
        *((one.name, one.value) for one in score.singles),
        ("mean", sum(values) / len(values)),
    ]:
        if name == "mean":
            table.add_section()
        table.add_row(one_line(name), _share(value) if shares else f"{value:.6g}")
    return table


def _classes(scores: Sequence[ClassScore], title: str) -> Table:
    """The weakest first; those without an F1, which nobody said and which have no items, last."""
    from rich.table import Table

    order = sorted(scores, key=lambda score: math.inf if math.isnan(score.f1) else score.f1)
    table = Table(title=f"{title}, the weakest first", title_justify="left")
    _add_names(table, "", (score.label for score in order[:MOST_CLASSES]))
    for heading in ("precision", "recall", "F1", "items"):
        table.add_column(heading, justify="right", no_wrap=True)
    for score in order[:MOST_CLASSES]:
        cells = (_share(score.precision), _share(score.recall), _share(score.f1), str(score.support))
        table.add_row(one_line(score.label), *cells)
    if len(order) > MOST_CLASSES:
        table.caption = f"and {len(order) - MOST_CLASSES} more"
        table.caption_justify = "left"
    return table


def _confusion(quality: ClassQuality, title: str) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    _add_names(table, "true ↓ said →", quality.labels)
    for label in quality.labels:
        table.add_column(one_line(label), justify="right", overflow="fold")
    for index, label in enumerate(quality.labels):
        # Zeros would hide what is there.
        row = [str(number) if number else "·" for number in quality.confusion[index].tolist()]
        table.add_row(one_line(label), *row)
    return table


def _quantities(quantities: Sequence[QuantityScore], title: str) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    names = [f"{one.name}, {one.unit}" if one.unit else one.name for one in quantities]
    _add_names(table, "", names)
    for heading in ("MAE", "RMSE", "bias", "largest", "R2"):
        table.add_column(heading, justify="right", overflow="fold")
    for name, one in zip(names, quantities, strict=True):
        numbers = (f"{number:.6g}" for number in (one.mae, one.rmse, one.bias, one.largest))
        table.add_row(one_line(name), *numbers, _plain(one.r2))
    return table


def _add_names(table: Table, heading: str, names: Iterable[str]) -> None:
    """Folded, never cut, and not before the numbers are."""
    longest = max((len(name) for name in names), default=0)
    table.add_column(heading, overflow="fold", min_width=min(longest, _SHORT))


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.2f} %"


def _plain(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4f}"
