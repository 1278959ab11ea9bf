"""Weighted sums of 8-bit rows with integer weights, by matrix products that cannot be wrong.

Old pixels that a few new neighbours share form a band; a block of new pixels is one small matrix product. In float32 a
product of a pixel (8 bits) and a weight (int16) is exact; so are sums below 2**24. Where sums can be larger, the error
is bounded, and a value closer than that to a rounding boundary is summed again in integers. The order in which the
BLAS adds, and whether it fuses, is of no account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from truecopy.pixels.arrays import Pixels

if TYPE_CHECKING:
    import numpy.typing as npt

Integers: TypeAlias = "npt.NDArray[np.int64]"
Numbers: TypeAlias = "npt.NDArray[Any]"

_BLOCK = 16  # new pixels a matrix product: measured best from 500 to 4000 pixels wide
_UNIT = 2.0**-24  # relative error of one float32 rounding
_MOST_DOUBT = 2.0**-8  # levels; with a wider error bound float64 is faster than summing again


class Band(NamedTuple):
    """New pixels `new` are old pixels `old` times `weights`, (old, new)."""

    new: slice
    old: slice
    weights: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """How the new pixels of an axis follow from the old ones: round(sum(old[first:] * weights) / 2**bits).

    used: which old pixels are looked at, where that is not all of them; then `first` and `bands` count in those.
    first: (new,); weights: (new, taps), zero behind the last tap. doubt: levels by which a float sum can be off, 0 where
    it is exact. overshoots: whether a sum can leave 0..255.
    """

    used: Integers | None
    first: Integers
    weights: Integers
    bits: int
    doubt: float
    overshoots: bool
    bands: tuple[Band, ...]

    @classmethod
    def of(cls, first: Integers, weights: Integers, bits: int, size_in: int) -> Axis:
        """Choose the float type and cut the bands."""
        half = 1 << (bits - 1)
        largest = 255 * int(np.abs(weights).sum(1).max()) + half
        # Higham, Accuracy and Stability of Numerical Algorithms, 3.1: exact products, added in any order; one term more
        # for the half, one for its own rounding, one for the step from the lower to the upper bound.
        rounding = (weights.shape[1] + 3) * _UNIT
        doubt = 0.0 if largest < 1 << 24 else largest / (1 << bits) * rounding / (1 - rounding)
        double = doubt > _MOST_DOUBT
        reached = np.unique(np.minimum(first[:, np.newaxis] + np.arange(weights.shape[1]), size_in - 1))
        used = reached if len(reached) < size_in else None
        if used is not None:
            first, size_in = np.searchsorted(used, first), len(used)
        return cls(
            used=used,
            first=first,
            weights=weights,
            bits=bits,
            doubt=0.0 if double else doubt,
            overshoots=bool(weights.min() < 0 or 255 * int(weights.sum(1).max()) > (255 << bits) + half // 2),
            bands=_bands(first, weights * 2.0**-bits, size_in, np.float64 if double else np.float32),
        )

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the matrix products."""
        return self.bands[0].weights.dtype

    def round(self, sums: Numbers, old: Numbers, new: slice, out: Pixels) -> None:
        """Round `sums`, (m, new), halves up, into `out`, of the same shape; `sums` is overwritten.

        old: (m, all old pixels), what the sums are of. new: which of the new pixels these are.
        """
        if self.overshoots:
            np.clip(sums, 0.0, 255.0, out=sums)
        if not self.doubt:
            sums += 0.5
            out[...] = sums  # a cast to 8 bits cuts the fraction off
            return
        sums += np.float32(0.5 - self.doubt)
        out[...] = sums
        sums += np.float32(2 * self.doubt)
        row, column = np.nonzero(sums.astype(np.uint8) != out)
        if row.size:
            first, weights = self.first[new][column], self.weights[new][column]
            taps = np.minimum(first[:, np.newaxis] + np.arange(weights.shape[1]), old.shape[1] - 1)
            total = (old[row[:, np.newaxis], taps].astype(np.int64) * weights).sum(1)
            out[row, column] = np.clip((total + (1 << (self.bits - 1))) >> self.bits, 0, 255)


def _bands(first: Integers, weights: Numbers, size_in: int, dtype: type) -> tuple[Band, ...]:
    return tuple(
        _band(first, weights, slice(start, min(start + _BLOCK, len(first))), size_in, dtype)
        for start in range(0, len(first), _BLOCK)
    )


def _band(first: Integers, weights: Numbers, new: slice, size_in: int, dtype: type) -> Band:
    live = weights[new]
    start = int(first[new].min())
    stop = min(int(first[new].max()) + weights.shape[1], size_in)
    matrix = np.zeros((stop - start, len(live)), dtype)
    row, tap = np.nonzero(live)
    matrix[first[new][row] + tap - start, row] = live[row, tap]
    return Band(new, slice(start, stop), matrix)
