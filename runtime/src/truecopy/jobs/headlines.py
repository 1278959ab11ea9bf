"""The numbers that strategies are compared by: one a task, or one for each quantity of a regression."""

from __future__ import annotations

from typing import NamedTuple

from truecopy.metrics import NumbersQuality, Quality


class Headline(NamedTuple):
    """value: a share, in [0, 1]; of numbers an error, in its unit, so that less is better.

    name: such as `accuracy`. quantity: what a number is of, where there are several; else "". unit: of numbers, "" where
    the contract names none; None says that the value is a share.
    """

    name: str
    value: float
    quantity: str
    unit: str | None


def headlines(quality: Quality) -> tuple[Headline, ...]:
    """Nothing is averaged over quantities: their units differ."""
    if not isinstance(quality, NumbersQuality):
        name, value = quality.headline
        return (Headline(name, value, "", None),)
    alone = len(quality.quantities) == 1
    return tuple(
        Headline("mean absolute error", one.mae, "" if alone else one.name, one.unit or "")
        for one in quality.quantities
    )
