"""TensorFlow's resize with antialias: the filter grows with the scale, vertical sums first.

Source: tensorflow/core/kernels/image/scale_and_translate_op.cc and sampling_kernels.h, TensorFlow 2.21, with
scale = new size / old size and no translation (tensorflow/python/ops/image_ops_impl.py `resize_images_v2`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from truecopy.contract.resize import AnyFilter
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array

from .tensorflow_taps import HALF, Float32, Taps, flat_rows, row_blocks, sum_columns, sum_rows

_ZERO, _ONE = np.float32(0), np.float32(1)


def antialiased(pixels: Array, size: Size, name: AnyFilter) -> Float32:
    """Source: `GatherRows`, `GatherColumns`."""
    channels = pixels.shape[2]
    down = spans(pixels.shape[0], size[0], name)
    across = spans(pixels.shape[1], size[1], name).of_values(channels)
    made = np.empty((size[0], size[1] * channels), np.float32)
    for block in row_blocks(size[0], max(pixels.shape[1] * channels, made.shape[1])):
        taps = down.of(block)
        first, last = int(taps.indices.min()), int(taps.indices.max())
        lines = flat_rows(pixels, slice(first, last + 1))
        sums = sum_rows(lines, Taps(taps.indices - first, taps.weights))
        # The C loops start at +0.0, and so never end at -0.0.
        sums += _ZERO
        made[block] = sum_columns(sums, across)
    made += _ZERO
    return made.reshape(*size, channels)


def spans(size_in: int, size_out: int, name: AnyFilter) -> Taps:
    """Source: `ComputeSpansCore` with antialias."""
    kernel, radius = _KERNELS[name]
    scale = np.float32(size_out) / np.float32(size_in)
    inverse = np.float32(1.0 / float(scale))
    kernel_scale = max(inverse, _ONE)
    places = (np.arange(size_out, dtype=np.float32) + HALF) * inverse
    reach = radius * kernel_scale
    first = np.ceil(places - reach - HALF).clip(0, size_in - 1).astype(np.intp)
    last = np.floor(places + reach - HALF).clip(0, size_in - 1).astype(np.intp)
    indices = first + np.arange(int((last - first).max()) + 1)[:, np.newaxis]
    distances = indices.astype(np.float32) + HALF - places
    weights = kernel(np.abs(distances * (_ONE / kernel_scale)))
    weights[indices > last] = 0
    total = np.zeros(size_out, np.float32)
    for row in weights:  # one after another, as the C loop adds
        total += row
    weights *= _ONE / total
    return Taps(np.minimum(indices, size_in - 1), weights)


def _triangle(x: Float32) -> Float32:
    weights: Float32 = np.where(x < 1, _ONE - x, _ZERO)
    return weights


def _keys(x: Float32) -> Float32:
    outer = ((np.float32(-0.5) * x + np.float32(2.5)) * x - np.float32(4)) * x + np.float32(2)
    inner = (np.float32(1.5) * x - np.float32(2.5)) * x * x + _ONE
    weights: Float32 = np.where(x >= 2, _ZERO, np.where(x >= 1, outer, inner))
    return weights


def _mitchell(x: Float32) -> Float32:
    a, b, c, d = (np.float32(n) / np.float32(m) for n, m in ((-7, 18), (2, 1), (10, 3), (16, 9)))
    outer = ((a * x + b) * x - c) * x + d
    e, f = np.float32(7) / np.float32(6), np.float32(8) / np.float32(9)
    inner = (e * x - b) * x * x + f
    weights: Float32 = np.where(x >= 2, _ZERO, np.where(x >= 1, outer, inner))
    return weights


_KERNELS: Mapping[AnyFilter, tuple[Callable[[Float32], Float32], np.float32]] = {
    "bilinear": (_triangle, np.float32(1)),
    "bicubic": (_keys, np.float32(2)),
    "mitchellcubic": (_mitchell, np.float32(2)),
}
