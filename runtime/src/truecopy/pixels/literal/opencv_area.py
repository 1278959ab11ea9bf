"""OpenCV's 8-bit INTER_AREA where no side grows, spelled out in NumPy: slow, and what the tests trust.

Source: modules/imgproc/src/resize.cpp, verified with OpenCV 5.0.0 (`computeResizeAreaTab`, `ResizeArea_Invoker`,
`resizeAreaFast_Invoker`, `ResizeAreaFastVec`), bit for bit.
"""

from __future__ import annotations

import math
import sys
from typing import NamedTuple

import numpy as np

from truecopy.pixels.arrays import Pixels
from truecopy.pixels.passes import Size

_F = np.float32


class _Share(NamedTuple):
    """What an old pixel gives to a new one."""

    new: int
    old: int
    alpha: np.float32


def shrink_area(pixels: Pixels, size: Size) -> Pixels:
    """uint8 (h, w, c) to `size` = (height, width), neither larger."""
    scales = tuple(1.0 / (new / old) for old, new in zip(pixels.shape[:2], size, strict=True))
    if all(abs(scale - round(scale)) < sys.float_info.epsilon for scale in scales):
        return _whole_blocks(pixels, size, round(scales[0]), round(scales[1]))
    down, across = (
        _shares(old, new, scale) for old, new, scale in zip(pixels.shape[:2], size, scales, strict=True)
    )
    lines = np.zeros((pixels.shape[0], size[1], pixels.shape[2]), np.float32)
    for new, old, alpha in across:
        lines[:, new] += pixels[:, old].astype(np.float32) * alpha
    sums = np.zeros((*size, pixels.shape[2]), np.float32)
    for new, old, alpha in down:
        sums[new] += alpha * lines[old]
    return _to_levels(sums)


def _whole_blocks(pixels: Pixels, size: Size, rows: int, columns: int) -> Pixels:
    """The mean of blocks of rows x columns: of 2 x 2 ones half up, of others half to even."""
    blocks = pixels.astype(np.int64).reshape(size[0], rows, size[1], columns, -1)
    sums: np.ndarray[tuple[int, ...], np.dtype[np.int64]] = blocks.sum(axis=(1, 3))
    if rows == columns == 2:
        return ((sums + 2) >> 2).astype(np.uint8)
    return _to_levels(sums.astype(np.float32) * _F(1.0 / (rows * columns)))


def _shares(size_in: int, size_out: int, scale: float) -> list[_Share]:
    """In double, a share below 0.001 is left out. Source: `computeResizeAreaTab`."""
    shares = []
    for new in range(size_out):
        start = new * scale
        end = start + scale
        cell = min(scale, size_in - start)
        last = min(math.floor(end), size_in - 1)
        first = min(math.ceil(start), last)
        if first - start > 1e-3:
            shares.append(_Share(new, first - 1, _F((first - start) / cell)))
        shares.extend(_Share(new, old, _F(1.0 / cell)) for old in range(first, last))
        if end - last > 1e-3:
            shares.append(_Share(new, last, _F(min(end - last, 1.0, cell) / cell)))
    return shares


def _to_levels(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Pixels:
    """Round half to even."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
