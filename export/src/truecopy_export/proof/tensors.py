"""What both pipelines feed for one item, and how the two are compared: as bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from truecopy.errors import InputError
from truecopy.intake import Item

from .original import Feeds
from .parity import Apart


@dataclass(frozen=True, slots=True)
class Fed:
    """One item on both sides.

    ours: as the copy feeds it. theirs: as the original does; `ours` itself where there is nothing to compare with.
    compared: was there an original, or is the item given as the graph takes it? size: (height, width) of a picture as it
    was decoded. by_decoder: the same item by the original's own decoder, where its pixels are not reproduced. decoded: what
    differs between the two decoded pictures, where both were decoded.
    """

    ours: Item
    theirs: Item
    compared: bool
    size: tuple[int, int] | None = None
    by_decoder: Callable[[], Item] | None = None
    decoded: Apart | None = None


class Side(Protocol):
    """How items of one input kind go through both preprocessings."""

    def feed(self, source: Any) -> Fed:
        """Raises:
        InputError: the copy refuses the source.
        ProofError: the original fails on it, or makes another shape.
        """
        ...

    def refused(self, source: Any, error: InputError) -> None:
        """The copy refuses the source; does the original too?

        Raises:
            ProofError: it does not.
        """
        ...


def differing_values(ours: Feeds, theirs: Feeds) -> int:
    """Values of all feeds that differ as bits (0.0 is not -0.0); where one is longer, all that it has more."""
    return sum(_differing(array, theirs[name]) for name, array in ours.items())


def _differing(ours: np.ndarray, theirs: np.ndarray) -> int:
    ours, theirs, more = _overlap(ours, theirs)
    bits = f"u{ours.itemsize}"
    return more + int(np.count_nonzero(ours.view(bits) != theirs.view(bits)))


def _overlap(ours: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Both up to the shorter one's end, flat, and by how many values the other one is longer."""
    shared = min(ours.size, theirs.size)
    flat = (np.ascontiguousarray(array).reshape(-1)[:shared] for array in (ours, theirs))
    first, second = flat
    return first, second, max(ours.size, theirs.size) - shared


def largest_difference(ours: Feeds, theirs: Feeds) -> float:
    """Infinite where one of them holds a NaN and the other none, or another infinity: `max` would lose it."""
    return max(_largest(array, theirs[name]) for name, array in ours.items())


def _largest(ours: np.ndarray, theirs: np.ndarray) -> float:
    ours, theirs, _ = _overlap(ours.astype(np.float64), theirs.astype(np.float64))
    either = (ours != theirs) & ~(np.isnan(ours) & np.isnan(theirs))
    if not either.any():
        return 0.0
    with np.errstate(invalid="ignore"):
        largest = float(np.abs(ours[either] - theirs[either]).max())
    return largest if np.isfinite(largest) else float("inf")


def largest_ulps(ours: Feeds, theirs: Feeds) -> int:
    """The largest distance in units of the last place of float32, over all feeds; -0.0 and 0.0 are 0 apart."""
    return max(_ulps(array, theirs[name]) for name, array in ours.items())


def _ulps(ours: np.ndarray, theirs: np.ndarray) -> int:
    ours, theirs, more = _overlap(ours, theirs)
    if more:
        return np.iinfo(np.int32).max
    places = np.abs(_places(ours) - _places(theirs))
    both_missing = np.isnan(ours) & np.isnan(theirs)
    return int(np.where(both_missing, 0, places).max(initial=0))


def _places(values: np.ndarray) -> np.ndarray:
    """float32 numbers as whole numbers in their order, neighbours 1 apart, int64."""
    with np.errstate(over="ignore"):
        bits = values.astype(np.float32).view(np.int32).astype(np.int64)
    ordered: np.ndarray = np.where(bits < 0, -(bits & 0x7FFF_FFFF), bits)
    return ordered
