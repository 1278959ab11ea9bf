"""TensorFlow's bicubic resize without antialias: four taps a side, weights from a table of 1024 steps.

Source: tensorflow/core/kernels/image/resize_bicubic_op.cc, TensorFlow 2.21.
"""

from __future__ import annotations

import numpy as np

from truecopy.pixels.raster import Array

from .tensorflow_taps import (
    Float32,
    Indices,
    Taps,
    centers,
    corners,
    flat_rows,
    row_blocks,
    sum_columns,
    sum_rows,
    values_of,
)

_STEPS = 1 << 10
_OFFSETS = np.arange(-1, 3)[:, np.newaxis]


def bicubic(pixels: Array, down: Taps, across: Taps) -> Float32:
    """Vertical sums first, in the columns that a horizontal one needs. Source: `interpolate_with_caching`."""
    rows, channels = down.indices.shape[1], pixels.shape[2]
    columns, places = np.unique(across.indices, return_inverse=True)
    across = Taps(places.reshape(across.indices.shape), across.weights).of_values(channels)
    needed = values_of(columns, channels)
    made = np.empty((rows, across.indices.shape[1]), np.float32)
    for block in row_blocks(rows, max(len(needed), made.shape[1])):
        taps = down.of(block)
        used, places = np.unique(taps.indices, return_inverse=True)
        lines = flat_rows(pixels, used)
        if len(columns) < pixels.shape[1]:
            lines = lines.take(needed, axis=1)
        sums = sum_rows(lines, Taps(places.reshape(taps.indices.shape), taps.weights))
        made[block] = sum_columns(sums, across)
    return made.reshape(rows, -1, channels)


def keys_taps(size_in: int, size_out: int) -> Taps:
    """Half-pixel centres, a = -0.5; taps outside count nothing and the rest is brought back to sum 1.

    Source: `GetWeightsAndIndices` with use_keys_cubic.
    """
    indices, weights = _taps(centers(size_in, size_out), _table(-0.5))
    inside = (indices >= 0) & (indices < size_in)
    weights = np.where(inside, weights, np.float32(0))
    total = weights[0] + weights[1] + weights[2] + weights[3]
    # A sum near 0 would be left alone: it cannot be, the nearest pixel inside always counts for more than the others.
    weights *= np.float32(1) / total
    return Taps(indices.clip(0, size_in - 1), weights)


def legacy_taps(size_in: int, size_out: int) -> Taps:
    """No half-pixel centres, a = -0.75; a tap outside is the pixel at the edge."""
    indices, weights = _taps(corners(size_in, size_out), _table(-0.75))
    return Taps(indices.clip(0, size_in - 1), weights)


def _taps(places: Float32, table: Float32) -> tuple[Indices, Float32]:
    """(4, n) old pixels, which may lie outside, and their weights."""
    floor = np.floor(places)
    # NumPy's rint, as lrintf: half to even.
    step = np.rint((places - floor) * np.float32(_STEPS)).astype(np.intp)
    near, far = table
    weights = np.stack([far[step], near[step], near[_STEPS - step], far[_STEPS - step]])
    return floor.astype(np.intp) + _OFFSETS, weights


def _table(a: float) -> Float32:
    """(2, 1025): the cubic at 0..1 and at 1..2, computed in float64. Source: `InitCoeffsTable`."""
    near = np.arange(_STEPS + 1) / _STEPS
    far = near + 1.0
    return np.stack(
        [((a + 2) * near - (a + 3)) * near * near + 1, ((a * far - 5 * a) * far + 8 * a) * far - 4 * a]
    ).astype(np.float32)
