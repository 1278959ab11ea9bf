"""TensorFlow's area resize spelled out in NumPy: slow, and what the tests trust.

Source: tensorflow/core/kernels/image/resize_area_op.cc, TensorFlow 2.21, bit for bit.
"""

from __future__ import annotations

import math

import numpy as np

from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array

_ONE = np.float32(1)


def resize_area(pixels: Array, size: Size) -> Array:
    """Source: `ComputeLoop`, `ComputePatchSum`."""
    height, width, channels = pixels.shape
    height_scale, width_scale = (
        np.float32(side) / np.float32(new) for side, new in zip((height, width), size, strict=True)
    )
    scale = np.float32(1.0 / float(height_scale * width_scale))
    rows = [pixels_row.astype(np.float32) for pixels_row in pixels]
    across = [_cover(x, width_scale) for x in range(size[1])]
    resized = np.empty((*size, channels), np.float32)
    for y in range(size[0]):
        sums = np.zeros((size[1], channels), np.float32)
        for row, y_scale in _cover(y, height_scale):
            sums += _row_sums(rows[_bound(row, height)], across) * y_scale
        resized[y] = sums * scale
    return resized


def _row_sums(row: Array, across: list[list[tuple[int, np.float32]]]) -> Array:
    """(new width, c): of one old row, what each new column covers."""
    sums = np.empty((len(across), row.shape[1]), np.float32)
    for x, cover in enumerate(across):
        (first, scale_x), *others = cover
        total = row[_bound(first, len(row))] * scale_x
        for column, share in others:
            total += row[_bound(column, len(row))] * share
        sums[x] = total
    return sums


def _cover(index: int, scale: np.float32) -> list[tuple[int, np.float32]]:
    """The old pixels that a new one covers, and the share of each. Source: `Compute`."""
    start, end = np.float32(index) * scale, np.float32(index + 1) * scale
    cover = []
    for place in range(math.floor(start), math.ceil(end)):
        if place < start:
            share = scale if np.float32(place + 1) > end else np.float32(place + 1) - start
        else:
            share = end - np.float32(place) if np.float32(place + 1) > end else _ONE
        cover.append((place, share))
    return cover


def _bound(index: int, limit: int) -> int:
    return min(limit - 1, max(0, index))
