"""What stopping early would have cost and changed, worked out from full runs: plain arrays, every value at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

import numpy as np


@dataclass(frozen=True, slots=True)
class Candidates:
    """Every value that makes a difference, ascending, so that passes never fall from one to the next.

    values: float64 (candidates,), the certainties that were seen before a last pass. passes: int64, of all items
    together. disagreements: int64, items that are told otherwise than by the full strategy.
    """

    values: np.ndarray
    passes: np.ndarray
    disagreements: np.ndarray


def candidates(certainties: np.ndarray, agrees: np.ndarray) -> Candidates:
    """All values at once: one sort, one cumulative sum.

    certainties: float (items, passes), of what is merged after each pass; an item stops after the first one that is at
    least the value, else after its last pass. agrees: bool (items, passes), is the decision that of the full strategy?
    The last column of `agrees` is the full strategy itself, and that of `certainties` stops nothing.

    An item goes beyond pass k where the largest of its first k certainties is below the value. These largest never fall
    with k, so each is one event: at any greater value the item costs one pass more, and its decision is the next one.
    """
    beyond = np.maximum.accumulate(certainties[:, :-1], axis=1).ravel()
    changes = np.diff((~agrees).astype(np.int64), axis=1).ravel()
    values, event = np.unique(beyond, return_inverse=True)
    passed = np.bincount(event, minlength=len(values))
    changed = np.zeros(len(values), np.int64)
    np.add.at(changed, event, changes)
    # Strictly below the value: an item whose certainty equals it stops.
    return Candidates(
        values,
        len(agrees) + np.cumsum(passed) - passed,
        np.count_nonzero(~agrees[:, 0]) + np.cumsum(changed) - changed,
    )


def stops(certainties: np.ndarray, value: float) -> np.ndarray:
    """int64 (items,): after how many passes each item stops; arguments as of `candidates`."""
    settled = certainties[:, :-1] >= value
    made: np.ndarray = np.where(settled.any(axis=1), settled.argmax(axis=1) + 1, certainties.shape[1])
    return made


def cheapest(found: Candidates, allowed: Callable[[int], bool]) -> int | None:
    """The place of the value with the fewest passes whose disagreements are allowed, or None."""
    good = [int(count) for count in np.unique(found.disagreements) if allowed(int(count))]
    places = np.flatnonzero(np.isin(found.disagreements, good))
    return int(places[0]) if len(places) else None


def shortest(values: np.ndarray, place: int) -> float:
    """The shortest decimal that stops the same items after the same passes as `values[place]`.

    That is any number above the candidate before it, up to itself: certainties are compared by `>=`.
    """
    value = float(values[place])
    before = float(values[place - 1]) if place else -np.inf
    for digits in range(2, 18):
        rounded = float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_FLOOR))
        if before < rounded <= value:
            return rounded
    return value
