"""OpenCV's 8-bit resize spelled out in NumPy: slow, and what the tests trust.

Source: modules/imgproc/src/resize.cpp, verified with OpenCV 5.0.0 (`resize`, `hal::resize`, `resizeNN_`, `HResizeLinear`,
`VResizeLinear`, `HResizeCubic`, `HResizeLanczos4`, `FixedPtCast`): 11-bit weights along each axis, the horizontal
sums kept whole.

All bit for bit but `bicubic`. Here stands its scalar code; OpenCV's vector code sums rows in float32
(`VResizeCubicVec_32s8u`), and x86 builds hand the whole resize to Intel's IPP, which takes other code on other CPUs.
All of them are at most 1 level apart: measured on noise with OpenCV 5.0.0, IPP differs from this in 2 to 4 % of the
values, OpenCV without IPP in 0.06 %, IPP from itself on another CPU in 4 of a million.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from truecopy.contract.resize import Resize
from truecopy.pixels.arrays import Pixels
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Raster, as_array

from .opencv_area import shrink_area

if TYPE_CHECKING:
    import numpy.typing as npt

Kernel: TypeAlias = Callable[[np.float32], list[np.float32]]
Integers: TypeAlias = "npt.NDArray[np.int64]"
# For each new pixel along an axis: the first old one, which may lie outside, and the weights from there on.
Taps: TypeAlias = list[tuple[int, list[int]]]

_F = np.float32
_COEF_SCALE = 1 << 11


def resize(raster: Raster, size: Size, step: Resize) -> Pixels:
    """uint8 (h, w, c) to `size` = (height, width)."""
    pixels: Pixels = as_array(raster)
    sides = tuple(zip(pixels.shape[:2], size, strict=True))
    name = step.filter
    if step.area_for_downscale is True and any(new < old for old, new in sides):
        name = "area"
    match name:
        case "nearest":
            rows, columns = (_nearest(*side) for side in sides)
            return pixels[rows][:, columns]
        case "area" if all(_scale(*side) >= 1 for side in sides):
            return shrink_area(pixels, size)
        case "area":
            return _linear(pixels, *(_enlarging_area_taps(*side) for side in sides))
        case "bilinear":
            return _linear(pixels, *(_linear_taps(*side) for side in sides))
        case "bicubic":
            return _fixed_point(pixels, *(_taps(*side, _cubic, reach=2) for side in sides))
        case _:
            return _fixed_point(pixels, *(_taps(*side, _lanczos4, reach=4) for side in sides))


def _scale(size_in: int, size_out: int) -> float:
    """Old pixels per new one; OpenCV inverts the inverse."""
    return 1.0 / (size_out / size_in)


def _nearest(size_in: int, size_out: int) -> list[int]:
    scale = _scale(size_in, size_out)
    return [min(math.floor(index * scale), size_in - 1) for index in range(size_out)]


def _place(index: int, scale: float) -> tuple[int, np.float32]:
    """The old pixel at or before a new one's centre, and how far it lies behind it."""
    place = _F((index + 0.5) * scale - 0.5)
    first = math.floor(place)
    return first, place - _F(first)


def _linear_taps(size_in: int, size_out: int) -> Taps:
    scale = _scale(size_in, size_out)
    taps = []
    for index in range(size_out):
        first, share = _place(index, scale)
        taps.append((first, _weights([_F(1) - share, share])))
    return taps


def _enlarging_area_taps(size_in: int, size_out: int) -> Taps:
    """`area_mode` of `hal::resize`: INTER_AREA where a side grows is a linear filter with other shares."""
    scale, inverse = _scale(size_in, size_out), size_out / size_in
    taps = []
    for index in range(size_out):
        first = math.floor(index * scale)
        share = _F((index + 1) - (first + 1) * inverse)
        share = _F(0) if share <= 0 else share - _F(math.floor(share))
        taps.append((first, _weights([_F(1) - share, share])))
    return taps


def _linear(pixels: Pixels, down: Taps, across: Taps) -> Pixels:
    """Source: `HResizeLinear`, `VResizeLinear<uchar, int, short>`, which drops bits on the way to 8."""
    height, width = pixels.shape[:2]
    # Only along a row is a tap outside dropped; rows outside are the row at the edge, weights and all.
    sums = _across(pixels, [_inside(*tap, width) for tap in across])
    resized = np.empty((len(down), *sums.shape[1:]), np.uint8)
    for row, (first, (above, below)) in enumerate(down):
        upper, lower = (sums[min(max(tap, 0), height - 1)] >> 4 for tap in (first, first + 1))
        resized[row] = (((above * upper) >> 16) + ((below * lower) >> 16) + 2) >> 2
    return resized


def _inside(first: int, weights: list[int], size: int) -> tuple[int, list[int]]:
    if first < 0 or first >= size - 1:
        return min(max(first, 0), size - 1), [_COEF_SCALE, 0]
    return first, weights


def _taps(size_in: int, size_out: int, kernel: Kernel, *, reach: int) -> Taps:
    scale = _scale(size_in, size_out)
    taps = []
    for index in range(size_out):
        first, share = _place(index, scale)
        taps.append((first - reach + 1, _weights(kernel(share))))
    return taps


def _fixed_point(pixels: Pixels, down: Taps, across: Taps) -> Pixels:
    """Source: `VResizeCubic`, `VResizeLanczos4` with `FixedPtCast<int, uchar, 22>`."""
    sums = _across(pixels, across)
    resized = np.empty((len(down), *sums.shape[1:]), np.uint8)
    for row, (first, weights) in enumerate(down):
        total = np.zeros(sums.shape[1:], np.int64)
        for tap, weight in enumerate(weights):
            total += sums[min(max(first + tap, 0), len(sums) - 1)] * weight
        resized[row] = np.clip((total + (1 << 21)) >> 22, 0, 255)
    return resized


def _across(pixels: Pixels, taps: Taps) -> Integers:
    """(h, new width, c): a tap outside the row is the pixel at its edge."""
    width = pixels.shape[1]
    columns = np.array([[first + tap for tap in range(len(weights))] for first, weights in taps])
    weights = np.array([weights for _, weights in taps], np.int64)
    sums: Integers = np.einsum(
        "hxtc,xt->hxc", pixels.astype(np.int64)[:, columns.clip(0, width - 1)], weights
    )
    return sums


def _weights(values: list[np.float32]) -> list[int]:
    """11-bit fixed point, rounded half to even; none of them leaves 16 bits."""
    return [int(np.rint(value * _F(_COEF_SCALE))) for value in values]


def _cubic(x: np.float32) -> list[np.float32]:
    """Source: `interpolateCubic`, a = -0.75."""
    a, one = _F(-0.75), _F(1)
    y, z = x + one, one - x
    first = ((a * y - _F(5) * a) * y + _F(8) * a) * y - _F(4) * a
    second = ((a + _F(2)) * x - (a + _F(3))) * x * x + one
    third = ((a + _F(2)) * z - (a + _F(3))) * z * z + one
    return [first, second, third, one - first - second - third]


_S45 = 0.70710678118654752440084436210485
_LANCZOS_SIGNS = (
    (1, 0),
    (-_S45, -_S45),
    (0, 1),
    (_S45, -_S45),
    (-1, 0),
    (_S45, _S45),
    (0, -1),
    (-_S45, _S45),
)


def _lanczos4(x: np.float32) -> list[np.float32]:
    """Source: `interpolateLanczos4`."""
    angle = -float(x + _F(3)) * math.pi * 0.25
    sine, cosine = math.sin(angle), math.cos(angle)
    values, total = [], _F(0)
    for index, (of_sine, of_cosine) in enumerate(_LANCZOS_SIGNS):
        distance = x + _F(3) - _F(index)
        if abs(distance) >= _F(1e-6):
            y = -float(distance) * math.pi * 0.25
            values.append(_F((of_sine * sine + of_cosine * cosine) / (y * y)))
        else:
            values.append(_F(1e30))  # the pixel itself: it outweighs the others
        total += values[-1]
    return [value * (_F(1) / total) for value in values]
