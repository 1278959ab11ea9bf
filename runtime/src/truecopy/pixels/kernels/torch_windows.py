"""torch's 8-bit weights for all new pixels of an axis at once: see `truecopy.pixels.literal.torch_windows`."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from truecopy.contract.resize import AnyFilter

from .banded import Axis

if TYPE_CHECKING:
    import numpy.typing as npt

Doubles: TypeAlias = "npt.NDArray[np.float64]"
Integers: TypeAlias = "npt.NDArray[np.int64]"

_TAPS = {"bilinear": 2, "bicubic": 4, "lanczos": 6}
_MOST_BITS = 22


@lru_cache(maxsize=16)
def fixed_point_axis(size_in: int, size_out: int, resampling: AnyFilter, *, antialias: bool) -> Axis:
    """int16 weights, with as many bits after the point as the largest weight leaves room for."""
    spread = _antialiased if antialias else _plain
    first, weights, largest = spread(size_in, size_out, resampling)
    bits = 0
    while bits < _MOST_BITS and int(0.5 + largest * (1 << (bits + 1))) < 1 << 15:
        bits += 1
    scaled = weights * float(1 << bits)
    return Axis.of(first, np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int64), bits, size_in)


def _antialiased(size_in: int, size_out: int, resampling: AnyFilter) -> tuple[Integers, Doubles, float]:
    scale = size_in / size_out
    support = _TAPS[resampling] * 0.5 * scale if scale >= 1.0 else _TAPS[resampling] * 0.5
    step = 1.0 / scale if scale >= 1.0 else 1.0
    center = scale * (np.arange(size_out) + 0.5)
    first = np.maximum((center - support + 0.5).astype(np.int64), 0)
    size = np.minimum((center + support + 0.5).astype(np.int64), size_in) - first
    size = np.clip(size, 0, math.ceil(support) * 2 + 1)
    tap = np.arange(size.max())
    weights = _weigh((first[:, np.newaxis] + tap - center[:, np.newaxis] + 0.5) * step, resampling, -0.5)
    weights[tap >= size[:, np.newaxis]] = 0.0
    # Added one after another, as the C loop does; zeros at the end change nothing.
    total = np.zeros(size_out)
    for column in weights.T:
        total += column
    weights /= np.where(total == 0.0, 1.0, total)[:, np.newaxis]
    return first, weights, float(weights[total != 0.0].max(initial=0.0))


def _plain(size_in: int, size_out: int, resampling: AnyFilter) -> tuple[Integers, Doubles, float]:
    taps = _TAPS[resampling]
    position = size_in / size_out * (np.arange(size_out) + 0.5) - 0.5
    if resampling == "bilinear":
        position = np.maximum(position, 0.0)
    near = np.minimum(np.floor(position).astype(np.int64), size_in - 1)
    fraction = np.clip(position - near, 0.0, 1.0)
    leftmost = near - taps // 2 + 1
    first = np.maximum(leftmost, 0)
    last = np.minimum(near + taps // 2, size_in - 1)
    weights, largest = np.zeros((size_out, taps)), 0.0
    new = np.arange(size_out)
    for tap in range(taps):
        slot = np.clip(leftmost + tap, first, last) - first
        weights[new, slot] += _weigh((tap + 1 - taps // 2) - fraction, resampling, -0.75)
        largest = max(largest, float(weights[new, slot].max()))  # so early: as ATen has it
    return first, weights, largest


def _weigh(x: Doubles, resampling: AnyFilter, a: float) -> Doubles:
    """a: of the bicubic filter."""
    if resampling == "lanczos":
        return np.where((x >= -3.0) & (x < 3.0), _sinc(x) * _sinc(x / 3.0), 0.0)
    x = np.abs(x)
    if resampling == "bilinear":
        return np.maximum(1.0 - x, 0.0)
    inner = ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    outer = ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a
    return np.where(x < 1.0, inner, np.where(x < 2.0, outer, 0.0))


def _sinc(x: Doubles) -> Doubles:
    angle = x * math.pi
    # The C library's sine, as torch has it: NumPy's own can be off by the last bit.
    sine = np.array([math.sin(value) for value in angle.ravel()]).reshape(x.shape)
    return np.where(x == 0.0, 1.0, sine / np.where(x == 0.0, 1.0, angle))
