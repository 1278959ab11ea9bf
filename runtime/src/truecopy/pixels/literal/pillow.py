"""Pillow's 8-bit resampling spelled out in NumPy: slow, and what the tests trust.

Source: src/libImaging/Resample.c (`precompute_coeffs`, `normalize_coeffs_8bpc`, `ImagingResampleHorizontal_8bpc`)
and src/libImaging/Geometry.c (`ImagingScaleAffine`) of Pillow 9.5 to 13.0, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import cast

import numpy as np

from truecopy.contract.resize import Filter, PassOrder, Resize, ResizeBox
from truecopy.pixels.arrays import Pixels
from truecopy.pixels.boxes import box_passes, box_sides
from truecopy.pixels.passes import Size, pass_sizes
from truecopy.pixels.raster import Raster, as_array

PRECISION_BITS = 32 - 8 - 2
_HALF = 1 << (PRECISION_BITS - 1)


def resize_step(raster: Raster, size: Size, step: Resize) -> Pixels:
    """`resize` as a step of kernel `pillow` asks for it."""
    return resize(
        as_array(raster),
        size,
        resampling=cast("Filter", step.filter),
        pass_order=cast("PassOrder", step.pass_order),
    )


def resize_box(raster: Raster, step: ResizeBox) -> Pixels:
    """Pillow's `resize(box=...)` with a box of whole sides, which may be empty."""
    pixels: Pixels = as_array(raster)
    if step.filter == "nearest":
        rows, columns = (
            _nearest_indices(one.first, one.end, one.side) for one in box_sides(step, pixels.shape[:2])
        )
        return pixels[rows][:, columns]
    for one in box_passes(step, pixels.shape[:2]):
        along = pixels.swapaxes(0, one.axis)
        pixels = _resample_rows(along, (one.first, one.end), one.side, step.filter).swapaxes(0, one.axis)
    return pixels


def resize(pixels: Pixels, size: Size, *, resampling: Filter, pass_order: PassOrder) -> Pixels:
    """Resample uint8 (h, w, c) to `size` = (height, width)."""
    for size_after in pass_sizes(pixels.shape[:2], size, resampling=resampling, pass_order=pass_order):
        if resampling == "nearest":
            pixels = _nearest(pixels, size_after)
        elif size_after[1] != pixels.shape[1]:
            columns = pixels.swapaxes(0, 1)
            pixels = _resample_rows(columns, (0, len(columns)), size_after[1], resampling).swapaxes(0, 1)
        else:
            pixels = _resample_rows(pixels, (0, len(pixels)), size_after[0], resampling)
    return pixels


def _resample_rows(pixels: Pixels, box: tuple[int, int], size_out: int, resampling: Filter) -> Pixels:
    """Each new row is a weighted sum of old ones in 22-bit fixed point, rounded and clipped to 8 bits.

    `box` is the first row of the part that becomes the new picture, and the first one behind it.
    """
    rows = pixels.astype(np.int64)
    resampled = np.empty((size_out, *rows.shape[1:]), np.uint8)
    for row, (first, weights) in enumerate(_windows(len(rows), box, size_out, resampling)):
        total = _HALF + np.tensordot(weights, rows[first : first + len(weights)], axes=1)
        resampled[row] = np.clip(total >> PRECISION_BITS, 0, 255)
    return resampled


def _windows(
    size_in: int, box: tuple[int, int], size_out: int, resampling: Filter
) -> Iterator[tuple[int, list[int]]]:
    """For each new row: the first old row and the fixed-point weights from there on.

    The picture's edge ends a window, the box does not.
    """
    kernel, support = _KERNELS[resampling]
    scale = (box[1] - box[0]) / size_out
    filterscale = max(scale, 1.0)
    support *= filterscale
    for index in range(size_out):
        center = box[0] + (index + 0.5) * scale
        first = max(int(center - support + 0.5), 0)
        end = min(int(center + support + 0.5), size_in)
        weights = [kernel((tap - center + 0.5) * (1.0 / filterscale)) for tap in range(first, end)]
        total = 0.0
        for weight in weights:  # one after another, as the C loop adds; `sum` compensates since Python 3.12
            total += weight
        yield first, [_fixed_point(weight / total if total else weight) for weight in weights]


def _fixed_point(weight: float) -> int:
    """Round half away from zero."""
    return int(weight * (1 << PRECISION_BITS) + (0.5 if weight >= 0 else -0.5))


def _nearest(pixels: Pixels, size: Size) -> Pixels:
    rows, columns = (
        _nearest_indices(0, size_in, size_out) for size_in, size_out in zip(pixels.shape, size, strict=False)
    )
    return pixels[rows][:, columns]


def _nearest_indices(first: int, end: int, size_out: int) -> list[int]:
    scale = (end - first) / size_out
    position = first + scale * 0.5
    indices = []
    for _ in range(size_out):
        indices.append(int(position))
        position += scale  # the C loop adds up, and so rounds, at every pixel
    return indices


def _box(x: float) -> float:
    return 1.0 if -0.5 < x <= 0.5 else 0.0


def _bilinear(x: float) -> float:
    return max(1.0 - abs(x), 0.0)


def _hamming(x: float) -> float:
    x = abs(x)
    if x == 0.0:
        return 1.0
    if x >= 1.0:
        return 0.0
    x *= math.pi
    # 0.54f and 0.46f are float32 constants in the source.
    return math.sin(x) / x * (float(np.float32(0.54)) + float(np.float32(0.46)) * math.cos(x))


def _bicubic(x: float) -> float:
    a = -0.5
    x = abs(x)
    if x < 1.0:
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1
    if x < 2.0:
        return (((x - 5) * x + 8) * x - 4) * a
    return 0.0


def _lanczos(x: float) -> float:
    return _sinc(x) * _sinc(x / 3) if -3.0 <= x < 3.0 else 0.0


def _sinc(x: float) -> float:
    if x == 0.0:
        return 1.0
    x *= math.pi
    return math.sin(x) / x


_KERNELS: dict[Filter, tuple[Callable[[float], float], float]] = {
    "box": (_box, 0.5),
    "bilinear": (_bilinear, 1.0),
    "hamming": (_hamming, 1.0),
    "bicubic": (_bicubic, 2.0),
    "lanczos": (_lanczos, 3.0),
}
