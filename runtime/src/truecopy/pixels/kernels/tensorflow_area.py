"""TensorFlow's area resize: every old pixel by the share of it that a new one covers.

Source: tensorflow/core/kernels/image/resize_area_op.cc, TensorFlow 2.21 (v1 and v2 are the same).
"""

from __future__ import annotations

import numpy as np

from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array

from .tensorflow_taps import Float32, Taps, flat_rows, row_blocks, scale_of, sum_columns, sum_rows


def area(pixels: Array, size: Size) -> Float32:
    """Horizontal sums first, then vertical ones, then the division by the area. Source: `ComputePatchSum`."""
    height, width, channels = pixels.shape
    down = shares(height, size[0])
    across = shares(width, size[1]).of_values(channels)
    made = np.empty((size[0], size[1] * channels), np.float32)
    for block in row_blocks(size[0], max(len(down.weights), 1) * made.shape[1]):
        taps = down.of(block)
        first, last = int(taps.indices.min()), int(taps.indices.max())
        lines = sum_columns(flat_rows(pixels, slice(first, last + 1)), across)
        made[block] = sum_rows(lines, Taps(taps.indices - first, taps.weights))
    # The C loop starts at +0.0, and so never ends at -0.0.
    made += np.float32(0)
    made *= np.float32(1.0 / float(scale_of(height, size[0]) * scale_of(width, size[1])))
    return made.reshape(*size, channels)


def shares(size_in: int, size_out: int) -> Taps:
    """Between the first and the last old pixel the share is 1. Source: `Compute`, `ComputeLoop`."""
    scale = scale_of(size_in, size_out)
    borders = np.arange(size_out + 1, dtype=np.float32) * scale
    start, end = borders[:-1], borders[1:]
    first, behind = np.floor(start).astype(np.intp), np.ceil(end).astype(np.intp)
    indices = first + np.arange(int((behind - first).max()))[:, np.newaxis]
    place, after = indices.astype(np.float32), (indices + 1).astype(np.float32)
    cut_before = np.where(after > end, scale, after - start)
    weights = np.where(place < start, cut_before, np.where(after > end, end - place, np.float32(1)))
    weights[indices >= behind] = 0
    return Taps(indices.clip(0, size_in - 1), weights)
