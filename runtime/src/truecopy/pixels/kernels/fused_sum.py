"""Weighted sums of float32 rows, one tap after another, some of them fused multiply-adds: for many sums at once.

A fused multiply-add of float32 is emulated in float64: the product is exact there, the sum with the total so far is
rounded, and once more to float32. That is one rounding but where the sum in float64 lies halfway between two float32;
those (one in 2**29 of arbitrary ones) are summed again exactly (`truecopy.pixels.fused`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from truecopy.pixels.fused import Floats, fma

if TYPE_CHECKING:
    import numpy.typing as npt

Integers: TypeAlias = "npt.NDArray[np.int64]"
Doubles: TypeAlias = "npt.NDArray[np.float64]"

_BELOW_FLOAT = (1 << 29) - 1  # the bits of a float64 that a float32 has not
_HALFWAY = 1 << 28
_MOST_GAIN = 2  # above the sum of the absolute weights of any new pixel; bicubic: 1.4


class Tap(NamedTuple):
    """Old pixel `old` times `weights` of the first so many new ones; the first `plain` of these are added unfused."""

    old: Integers
    weights: Floats
    plain: int


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """How the new pixels of an axis follow from the old ones.

    used: which old pixels are looked at, where that is not all of them; then taps count in those. taps: in the order of
    summation; the first one is of all new pixels. order: which new pixel each sum is; None: they are in order.
    exact_for_8_bits: float64 holds every sum without a rounding, where the old pixels are 8-bit integers.
    """

    used: Integers | None
    taps: tuple[Tap, ...]
    order: Integers | None
    exact_for_8_bits: bool

    @classmethod
    def of(cls, taps: Sequence[Tap], size_in: int, order: Integers | None = None) -> Axis:
        """Leave out the old pixels that no tap looks at."""
        reached = np.unique(np.concatenate([tap.old for tap in taps]))
        used = reached if len(reached) < size_in else None
        if used is not None:
            taps = [tap._replace(old=np.searchsorted(used, tap.old)) for tap in taps]
        weights = np.abs(np.concatenate([tap.weights for tap in taps]))
        # Sums are multiples of the last bit of the smallest weight; float64 has 53 bits from there on.
        last_bit = float(np.spacing(weights[weights != 0].min()))
        return cls(used, tuple(taps), order, exact_for_8_bits=2.0**53 * last_bit >= 255 * _MOST_GAIN)

    @property
    def size_out(self) -> int:
        return len(self.taps[0].old)


def weighted_sums(rows: Floats, axis: Axis, *, exact: bool) -> Floats:
    """(old, n) C-contiguous to (new, n). exact: no sum is rounded in float64."""
    shape = axis.size_out, rows.shape[1]
    total, value = np.empty(shape, np.float32), np.empty(shape, np.float32)
    wide = np.empty(shape, np.float64)
    start, *others = axis.taps
    rows.take(start.old, axis=0, out=total, mode="clip")
    total *= start.weights[:, np.newaxis]
    for old, weights, plain in others:
        live = len(old)
        rows.take(old, axis=0, out=value[:live], mode="clip")
        if plain:
            value[:plain] *= weights[:plain, np.newaxis]
            total[:plain] += value[:plain]
        if plain < live:
            fused = slice(plain, live)
            weight = weights[fused, np.newaxis].astype(np.float64)
            _add_fused(total[fused], value[fused], weight, wide[fused], exact=exact)
    if axis.order is not None:
        value[axis.order] = total
        return value
    return total


def _add_fused(total: Floats, value: Floats, weight: Doubles, wide: Doubles, *, exact: bool) -> None:
    """`total` becomes fma(value, weight, total); `wide` is scratch of the same shape."""
    wide[...] = value
    wide *= weight
    wide += total
    halfway = None if exact else (wide.view(np.int64) & _BELOW_FLOAT) == _HALFWAY
    if halfway is None or not halfway.any():
        total[...] = wide
        return
    row, column = np.nonzero(halfway)
    again = fma(value[row, column], weight[row, 0].astype(np.float32), total[row, column])
    total[...] = wide
    total[row, column] = again
