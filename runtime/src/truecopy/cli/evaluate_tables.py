"""An evaluation for people: strategies side by side, and each model alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from truecopy.jobs.evaluation import Evaluation, StrategyScore
from truecopy.jobs.headlines import Headline, headlines
from truecopy.metrics import ClassQuality, Gain, LabelsQuality, NumbersQuality, Quality, TextQuality

from .evaluate_details import details
from .fitting import Cells, fitting
from .output import console, one_line

if TYPE_CHECKING:
    from rich.table import Table


def print_tables(found: Evaluation) -> None:
    """To stdout: the summary, each member alone, and of the first strategy its classes or quantities in detail."""
    out = console()
    for table in _strategies(found):
        out.print(table)
    for line in _asked(found):
        out.print(one_line(line), soft_wrap=True)
    # The strategy that asks the most models knows best who said what alone.
    singles = max(found.scores, key=lambda score: len(score.singles))
    if singles.singles:
        for table in _singles(singles):
            out.print(table)
    first = found.scores[0]
    for table in details(first.quality, f", {first.name}" if len(found.scores) > 1 else ""):
        out.print(table)


def _asked(found: Evaluation) -> Iterator[str]:
    """`standard, tta: fold_0.onnx`, of those that do not ask all models."""
    some = [score for score in found.scores if score.models != found.models]
    for models in dict.fromkeys(score.models for score in some):
        yield f"{', '.join(one.name for one in some if one.models == models)}: {', '.join(models)}"


def _strategies(found: Evaluation) -> Iterator[Table]:
    """How good each is; and, where several are compared, what each gains and costs, in a table of its own."""
    scores = found.scores
    names = [score.name for score in scores]
    measured = [_measures(score.quality) for score in scores]
    costs = [[*_costs(score)] for score in scores]
    if len(scores) == 1:
        yield from fitting("strategy", names, [[*measured[0], *costs[0]]])
        return
    ratios = [[*cost, ("ratio", f"{score.ratio:.2f}")] for score, cost in zip(scores, costs, strict=True)]
    if len(scores[0].headlines) > 1:
        for place, headline in enumerate(scores[0].headlines):
            rows = [[*_error(score.headlines[place]), _gained(score, place)] for score in scores]
            yield from fitting("strategy", names, rows, one_line(f"{headline.name} of {headline.quantity}"))
        yield from fitting("strategy", names, ratios)
        return
    yield from fitting("strategy", names, measured)
    gained = [[_gained(score, 0), *row] for score, row in zip(scores, ratios, strict=True)]
    yield from fitting("strategy", names, gained)


def _costs(score: StrategyScore) -> Cells:
    return [("passes", f"{score.passes:.4g}"), ("ms an item", f"{1000 * score.seconds:.3g}")]


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
            return _of_one_quantity(quality)


def _of_one_quantity(quality: NumbersQuality) -> Cells:
    """Of several nothing: they have a table of their own, and no mean."""
    shown = headlines(quality)
    return [*_error(shown[0])] if len(shown) == 1 else []


def _error(headline: Headline) -> Cells:
    return [(f"mean absolute error{_unit(headline)}", f"{headline.value:.6g}")]


def _gained(score: StrategyScore, place: int) -> tuple[str, str]:
    """More than 0 is better, whatever is measured."""
    headline = score.headlines[place]
    unit = ", points" if headline.unit is None else f" (less error){_unit(headline)}"
    return f"gain{unit} (95 % interval)", _interval(score.gains[place], headline) if score.gains else ""


def _interval(gain: Gain, headline: Headline) -> str:
    scale, form = (100.0, "+.2f") if headline.unit is None else (1.0, "+.4g")
    middle, low, high = (f"{scale * number:{form}}" for number in (gain.gain, gain.low, gain.high))
    return f"{middle} ({low} to {high})"


def _unit(headline: Headline) -> str:
    return f", {one_line(headline.unit)}" if headline.unit else ""


def _singles(score: StrategyScore) -> Iterator[Table]:
    columns = [*zip(*(one.values for one in score.singles), strict=True)]
    rows = [*(one.values for one in score.singles), tuple(sum(values) / len(values) for values in columns)]
    names = [*(one.name for one in score.singles), "mean"]
    cells = [[_single(*pair) for pair in zip(score.headlines, row, strict=True)] for row in rows]
    for table in fitting("each model alone", names, cells):
        table.rows[-2].end_section = True
        yield table


def _single(headline: Headline, value: float) -> tuple[str, str]:
    if headline.unit is None:
        return headline.name, _share(value)
    of = f" of {one_line(headline.quantity)}" if headline.quantity else ""
    return f"{headline.name}{of}{_unit(headline)}", f"{value:.6g}"


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.2f} %"
