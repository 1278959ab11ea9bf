"""Strategies side by side: what they gain and what they cost."""

from __future__ import annotations

from collections.abc import Iterator

from truecopy.jobs.evaluation import Evaluation, StrategyScore
from truecopy.predict.strategy import Strategy
from truecopy.report import Block, Plot, Plots, Table
from truecopy.report.numbers import plain
from truecopy.report.plots import Gained, gains

from .measure import Measure


def strategies(found: Evaluation, measure: Measure) -> Iterator[Block]:
    """The table, the plot, and each member alone."""
    base = found.scores[0].name
    heads = [
        "strategy",
        measure.name,
        f"{measure.change} (95 % interval)",
        "passes",
        "time, ratio",
        "what it does",
    ]
    unit = "in percentage points" if measure.unit is None else "less is better"
    yield Table(
        f"All over the same items; {measure.change} ({unit}) and ratio are against {base}",
        heads,
        [_row(score, measure) for score in found.scores],
        frozenset({1, 2, 3, 4}),
    )
    if len(found.scores) > 1:
        rows = [_gained(score, measure) for score in found.scores]
        note = (
            "The line is the 95 % interval of a paired bootstrap; a filled square is one whose interval leaves zero out. "
            "Time is wall-clock an item, reading and decoding included."
        )
        drawing = gains(rows, measure.axis, measure.change)
        yield Plots([Plot(f"{measure.change.capitalize()} and cost against {base}", drawing, note)])
    yield from _members(found, measure)


def in_words(strategy: Strategy, members: int) -> str:
    """What a strategy does: its views, members, merges, and when it stops early."""
    parts = []
    if len(strategy.views) > 1:
        parts.append(f"{len(strategy.views)} views ({', '.join(strategy.views)}) by {strategy.view_merge}")
    if members > 1:
        weights = (
            "" if strategy.weights is None else f" {', '.join(plain(one, 3) for one in strategy.weights)}"
        )
        parts.append(f"{members} members by {strategy.member_merge}{weights}")
    if strategy.adaptive is not None:
        parts.append(f"until {strategy.adaptive.by} is {plain(strategy.adaptive.value, 6)}")
    return "; ".join(parts) or "one look of one member"


def _row(score: StrategyScore, measure: Measure) -> list[str]:
    gain = score.gain
    said = "the base" if gain is None else measure.difference(gain.gain)
    if gain is not None:
        said += f" ({measure.difference(gain.low)} to {measure.difference(gain.high)})"
    return [
        score.name,
        measure.value(score.quality.headline[1]),
        said,
        plain(score.passes, 3),
        plain(score.ratio, 3),
        in_words(score.strategy, score.members),
    ]


def _gained(score: StrategyScore, measure: Measure) -> Gained:
    gain = score.gain
    ends = None if gain is None else (gain.gain, gain.low, gain.high)
    interval = (
        None if ends is None else (measure.scaled(ends[0]), measure.scaled(ends[1]), measure.scaled(ends[2]))
    )
    return Gained(score.name, interval, score.ratio, score.passes)


def _members(found: Evaluation, measure: Measure) -> Iterator[Block]:
    asked = next((score.singles for score in found.scores if score.singles), ())
    if asked:
        rows = [(one.name, measure.value(one.value)) for one in asked]
        yield Table("Each member alone, one look an item", ["member", measure.name], rows, frozenset({1}))
