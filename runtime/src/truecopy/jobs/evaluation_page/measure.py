"""How a number that strategies are compared by is written."""

from __future__ import annotations

from truecopy.jobs.headlines import Headline
from truecopy.report.numbers import plain, points, share, signed


def title(headline: Headline) -> str:
    """`accuracy`; of one of several quantities `mean absolute error of height`."""
    return f"{headline.name} of {headline.quantity}" if headline.quantity else headline.name


def value(number: float, headline: Headline) -> str:
    """`91.2 %`, or `12.5 mm`."""
    return share(number, 2) if headline.unit is None else f"{plain(number)} {headline.unit}".rstrip()


def difference(number: float, headline: Headline) -> str:
    """`+1.25` points, or `-0.3` of the unit."""
    return points(number) if headline.unit is None else signed(number, 3)


def scaled(number: float, headline: Headline) -> float:
    """A difference as the axis of a plot counts it."""
    return 100 * number if headline.unit is None else number


def gained_in(headline: Headline) -> str:
    """What a gain is counted in, and what it means."""
    if headline.unit is None:
        return "in percentage points"
    return f"how much less the error is{f', in {headline.unit}' if headline.unit else ''}"


def axis(headline: Headline) -> str:
    """What differences are in."""
    if headline.unit is None:
        return f"{headline.name}, percentage points"
    return f"less error than the base{f', {headline.unit}' if headline.unit else ''}"
