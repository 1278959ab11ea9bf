"""torch's float32 resize, fast: see `truecopy.pixels.literal.torch_f32`."""

from __future__ import annotations

import cv2
import numpy as np

from truecopy.contract.resize import Resize
from truecopy.pixels.arrays import Pixels
from truecopy.pixels.fused import Floats, fma
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array, Raster, as_array

from . import torch_nearest
from .fused_sum import Axis, weighted_sums
from .torch_f32_windows import tap_axis, taps_of, window_axis

_SMALL = 128  # height + width of a result of which torch makes the bilinear sums in one go
_BLOCK_VALUES = 1 << 18  # of old or new pixels; measured best, more would not stay in the cache


def resize(raster: Raster, size: Size, step: Resize) -> Array:
    """Resample (h, w, c) to `size` = (height, width): float32 in and out, 8 bits are cast; the nearest ones keep the dtype."""
    pixels = as_array(raster)
    if step.filter in ("nearest", "nearest-exact"):
        return torch_nearest.resize(pixels, size, exact=step.filter == "nearest-exact")
    if step.antialias is True:
        rows, columns = (
            None if size_in == size_out else window_axis(size_in, size_out, step.filter)
            for size_in, size_out in zip(pixels.shape, size, strict=False)
        )
        return _resample(pixels, rows, columns)
    if step.filter == "bilinear" and sum(size) <= _SMALL:
        return _small_bilinear(pixels, size)
    # An unchanged side is summed like any other: it turns -0.0 into 0.0.
    rows, columns = (tap_axis(*sizes, step.filter) for sizes in zip(pixels.shape, size, strict=False))
    return _resample(pixels, rows, columns)


def resize_rounded(raster: Raster, size: Size, step: Resize) -> Pixels:
    """What torchvision v1's `F.resize` makes of an 8-bit tensor: half to even, and a clamp where the filter can overshoot."""
    floats = resize(raster, size, step)
    if step.filter == "bicubic":
        np.clip(floats, 0, 255, out=floats)
    return np.rint(floats, out=floats).astype(np.uint8)


def _resample(pixels: Array, rows: Axis | None, columns: Axis | None) -> Floats:
    """Horizontal pass first; None: no pass."""
    if rows is not None and rows.used is not None:
        pixels = pixels.take(rows.used, axis=0)
    if columns is not None:
        pixels = _across(pixels, columns)
    if rows is not None:
        pixels = _down(pixels, rows)
    return pixels


def _across(pixels: Array, columns: Axis) -> Floats:
    if columns.used is not None:
        pixels = pixels.take(columns.used, axis=1)
    height, width, channels = pixels.shape
    exact = pixels.dtype == np.uint8 and columns.exact_for_8_bits
    resampled = np.empty((height, columns.size_out, channels), np.float32)
    block = max(1, _BLOCK_VALUES // (channels * max(width, columns.size_out)))
    for top in range(0, height, block):
        part = np.ascontiguousarray(pixels[top : top + block])
        turned = cv2.transpose(part).reshape(width, -1).astype(np.float32)
        sums = weighted_sums(turned, columns, exact=exact).reshape(columns.size_out, len(part), channels)
        resampled[top : top + block] = sums.swapaxes(0, 1)
    return resampled


def _down(pixels: Array, rows: Axis) -> Floats:
    height, width, channels = pixels.shape
    exact = pixels.dtype == np.uint8 and rows.exact_for_8_bits
    flat = pixels.reshape(height, width * channels)
    resampled = np.empty((rows.size_out, width * channels), np.float32)
    block = max(16, _BLOCK_VALUES // max(height, rows.size_out))
    for left in range(0, width * channels, block):
        part = np.ascontiguousarray(flat[:, left : left + block], np.float32)
        resampled[:, left : left + block] = weighted_sums(part, rows, exact=exact)
    return resampled.reshape(rows.size_out, width, channels)


def _small_bilinear(pixels: Array, size: Size) -> Floats:
    """Four products with the weights of both axes multiplied, the second one rounded, the others fused."""
    rows, columns = (taps_of(*sizes, "bilinear") for sizes in zip(pixels.shape, size, strict=False))
    first, second, *others = (
        (
            pixels.take(row, axis=0).take(column, axis=1).astype(np.float32),
            np.multiply.outer(row_weight, column_weight)[:, :, np.newaxis],
        )
        for row, row_weight in rows
        for column, column_weight in columns
    )
    total = fma(*first, second[0] * second[1])
    for value, weight in others:
        total = fma(value, weight, total)
    return total
