"""Strategies side by side: what they gain and what they cost."""

from __future__ import annotations

from collections.abc import Iterator

from truecopy.jobs.evaluation import Evaluation, StrategyScore
from truecopy.jobs.headlines import Headline
from truecopy.predict.strategy import Strategy
from truecopy.report import Block, Plot, Plots, Table, Text
from truecopy.report.numbers import count, plain
from truecopy.report.plots import Gained, gains

from .measure import axis, difference, gained_in, scaled, title, value

MOST_QUANTITIES = 6


def strategies(found: Evaluation) -> Iterator[Block]:
    """What each does; for each headline a table and a plot of the gains; each member alone."""
    # No column of a table: as narrow as a telephone makes it, words would stretch every row.
    for score in found.scores:
        yield Text(f"{found.title(score)}: {in_words(score.strategy, len(score.models))}.")
    headlines = found.scores[0].headlines
    shown = headlines[:MOST_QUANTITIES]
    for place, headline in enumerate(shown):
        yield _table(found, place, headline)
    if len(found.scores) > 1:
        for caution in found.cautions():
            yield Text(f"* {caution}.")
        yield Plots([_plot(found, place, headline) for place, headline in enumerate(shown)])
    if len(headlines) > len(shown):
        yield Text(
            f"{count(len(headlines) - len(shown))} more quantities stand in the JSON of the evaluation."
        )
    yield from _members(found)


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


def _table(found: Evaluation, place: int, headline: Headline) -> Block:
    heads = ["strategy", headline.name, "gain", "95 % interval", "passes", "time, ratio"]
    base = found.scores[0].name
    whose = f"Mean absolute error of {headline.quantity}, over" if headline.quantity else "All over"
    return Table(
        f"{whose} the same items; gain ({gained_in(headline)}; above 0 is better) and ratio are against {base}",
        heads,
        [_row(score, place, headline) for score in found.scores],
        frozenset({1, 2, 3, 4, 5}),
    )


def _row(score: StrategyScore, place: int, headline: Headline) -> list[str]:
    cells = ["the base", ""]
    if score.gains:
        gain = score.gains[place]
        cells = [
            difference(gain.gain, headline),
            f"{difference(gain.low, headline)} to {difference(gain.high, headline)}{'*' if gain.few else ''}",
        ]
    own = value(score.headlines[place].value, headline)
    return [score.name, own, *cells, plain(score.passes, 3), plain(score.ratio, 3)]


def _plot(found: Evaluation, place: int, headline: Headline) -> Plot:
    base = found.scores[0].name
    note = (
        "The line is the 95 % interval of a paired bootstrap; a filled square is one whose interval leaves zero out, where "
        f"10 items or more differ. Time is wall-clock an item of {count(found.timed)} items, each strategy warm, reading and "
        "decoding included."
    )
    of = f" of {headline.quantity}" if headline.quantity else ""
    rows = [_gained(score, place, headline) for score in found.scores]
    return Plot(f"Gain{of} and cost against {base}", gains(rows, axis(headline)), note)


def _gained(score: StrategyScore, place: int, headline: Headline) -> Gained:
    if not score.gains:
        return Gained(score.name, None, False, score.ratio, score.passes)
    gain = score.gains[place]
    ends = (scaled(gain.gain, headline), scaled(gain.low, headline), scaled(gain.high, headline))
    return Gained(score.name, ends, gain.few, score.ratio, score.passes)


def _members(found: Evaluation) -> Iterator[Block]:
    asked = next((score for score in found.scores if score.singles), None)
    if asked is None:
        return
    shown = asked.headlines[:MOST_QUANTITIES]
    rows = [
        (one.name, *(value(number, of) for number, of in zip(one.values, shown, strict=False)))
        for one in asked.singles
    ]
    heads = ["member", *map(title, shown)]
    yield Table("Each member alone, one look an item", heads, rows, frozenset(range(1, len(heads))))
