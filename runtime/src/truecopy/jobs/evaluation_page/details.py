"""Plots and tables of one strategy, by task."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from truecopy.jobs.evaluation import StrategyScore
from truecopy.metrics import (
    ClassQuality,
    ClassScore,
    Coverage,
    LabelsQuality,
    NumbersQuality,
    Reliability,
    TextQuality,
    most_confused,
)
from truecopy.report import Block, Folded, Plot, Plots, Table, Text
from truecopy.report.numbers import count, share
from truecopy.report.plots import (
    MOST_CLASSES,
    Bin,
    class_scores,
    confusion_matrix,
    coverage_curve,
    reliability_diagram,
    residuals,
    said_against_true,
)
from truecopy.report.svg import Drawing

MOST_ROWS = 200
MOST_PAIRS = 15
MOST_QUANTITIES = 6
# From here on a matrix takes the whole width of the page.
_WIDE = 12


def details(score: StrategyScore) -> Iterator[Block]:
    match score.quality:
        case ClassQuality() as quality:
            yield from _of_classes(quality)
        case LabelsQuality() as quality:
            bars = Plot("F1 of each label", _bars(quality.per_label), _WEAKEST)
            yield Plots([bars, _reliability(quality.reliability, "true", "label")])
            yield from _per_class(quality.per_label, "label")
        case TextQuality() as quality:
            yield Plots(
                [_reliability(quality.reliability, "exact", "text"), _coverage(quality.coverage, None)]
            )
        case NumbersQuality() as quality:
            yield from _of_numbers(quality)


_WEAKEST = "The weakest first; to the right F1 and the number of items."


def _of_classes(quality: ClassQuality) -> Iterator[Block]:
    classes = len(quality.labels)
    plots = [
        _reliability(quality.reliability, "right", "item"),
        _coverage(quality.coverage, _accepted(quality)),
        Plot("F1 of each class", _bars(quality.per_class), _WEAKEST),
    ]
    if classes <= MOST_CLASSES:
        note = "A row for each true class; the darker, the larger the share of its row."
        matrix = Plot("Confusion matrix", confusion_matrix(quality.confusion, quality.labels), note)
        if classes > _WIDE:
            yield matrix
        else:
            plots.insert(0, matrix)
    else:
        yield Text(
            f"A matrix of {count(classes)} classes would not be read: the most confused pairs stand below."
        )
    yield Plots(plots)
    yield from _pairs(quality)
    yield from _per_class(quality.per_class, "class")


def _of_numbers(quality: NumbersQuality) -> Iterator[Block]:
    plots = []
    for place, one in enumerate(quality.quantities[:MOST_QUANTITIES]):
        true, said = quality.truth[:, place], quality.said[:, place]
        plots += [
            Plot(
                f"{one.name}: said against true",
                said_against_true(true, said, one.unit),
                "On the dashed line both are the same.",
            ),
            Plot(
                f"{one.name}: said minus true",
                residuals(true, said, one.unit),
                "Right of zero too much was said.",
            ),
        ]
    yield Plots(plots)
    more = len(quality.quantities) - MOST_QUANTITIES
    if more > 0:
        yield Text(f"{count(more)} more quantities are not drawn; the first table has the errors of all.")


def _bars(scores: Sequence[ClassScore]) -> Drawing:
    return class_scores(
        [one.label for one in scores], [one.f1 for one in scores], [one.support for one in scores]
    )


def _reliability(found: Reliability, right: str, noun: str) -> Plot:
    bins = [
        Bin(*row)
        for row in zip(
            found.edges[:-1], found.edges[1:], found.count, found.confidence, found.accuracy, strict=True
        )
    ]
    note = (
        f"Bars: of the {noun}s with this confidence, the share that is {right}. Orange: how sure the model was of them on "
        "average; a bar that ends below its orange line is too sure."
    )
    return Plot("Reliability", reliability_diagram(bins, found.ece, right=right), note)


def _coverage(found: Coverage, accepted: tuple[float, float] | None) -> Plot:
    note = "How often it is wrong if only its surest answers are taken."
    return Plot("Coverage against error", coverage_curve(found.coverage, found.error, accepted), note)


def _accepted(quality: ClassQuality) -> tuple[float, float] | None:
    """The point of the contract's threshold, where it turns something away and leaves something."""
    if not 0 < quality.accepted < 1:
        return None
    return quality.accepted, 1 - quality.accepted_accuracy


def _pairs(quality: ClassQuality) -> Iterator[Block]:
    pairs = most_confused(quality.confusion, MOST_PAIRS)
    if len(quality.labels) <= 2 or not pairs:
        return
    rows = [
        (quality.labels[true], quality.labels[said], count(number), share(part))
        for true, said, number, part in pairs
    ]
    heads = ["true", "said", "items", "of this true class"]
    yield Table("The most confused pairs", heads, rows, frozenset({2, 3}))


def _per_class(scores: Sequence[ClassScore], noun: str) -> Iterator[Block]:
    """All in their order; of more than can be read the weakest, weakest first."""
    shown, caption = list(scores), f"Every {noun}, in the model's order; a dash is undefined"
    if len(shown) > MOST_ROWS:
        there = [one for one in scores if not math.isnan(one.f1)]
        shown = sorted(there, key=lambda one: one.f1)[:MOST_ROWS]
        caption = (
            f"The weakest {len(shown)} of {count(len(there))} with an F1; the JSON of the evaluation has all"
        )
    rows = [
        (one.label, share(one.precision), share(one.recall), share(one.f1), count(one.support))
        for one in shown
    ]
    heads = [noun, "precision", "recall", "F1", "items"]
    table = Table(caption, heads, rows, frozenset({1, 2, 3, 4}))
    yield Folded(f"Precision, recall and F1 of every {noun}", [table]) if len(rows) > _WIDE else table
