"""Labelled items in two halves that look alike: what is fitted on the one is reported on the other."""

from __future__ import annotations

from collections.abc import Sequence

from .item import LabelledItem
from .truths import Truth


def halves(items: Sequence[LabelledItem]) -> tuple[tuple[LabelledItem, ...], tuple[LabelledItem, ...]]:
    """The half to fit on and the half to report on, each in the order of `items`; of an odd number the first has one more.

    Every other item in the order of the truths, so each class, each set of labels and each range of numbers is halved as
    evenly as its count allows. The same items give the same halves; there is no chance in it.
    """
    by_truth = sorted(range(len(items)), key=lambda place: (_key(items[place].truth), place))
    first = frozenset(by_truth[::2])
    return (
        tuple(item for place, item in enumerate(items) if place in first),
        tuple(item for place, item in enumerate(items) if place not in first),
    )


def _key(truth: Truth) -> tuple[float, ...]:
    """Numbers by size, classes and sets of labels by index; texts keep the order that they stand in."""
    if isinstance(truth, str):
        return ()
    if isinstance(truth, frozenset):
        return tuple(sorted(truth))
    return truth if isinstance(truth, tuple) else (truth,)
