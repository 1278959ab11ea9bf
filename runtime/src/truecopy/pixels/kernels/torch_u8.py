"""torch's native 8-bit resize, fast: see `truecopy.pixels.literal.torch_u8`."""

from __future__ import annotations

import cv2
import numpy as np

from truecopy.contract.resize import Resize
from truecopy.pixels.arrays import Pixels
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array, Raster, as_array

from . import torch_nearest
from .banded import Axis
from .torch_windows import fixed_point_axis

_BLOCK_VALUES = 1 << 19  # of a block; measured best, the floats are 2 MB


def resize(raster: Raster, size: Size, step: Resize) -> Array:
    """Resample 8-bit (h, w, c) to `size` = (height, width)."""
    pixels = as_array(raster)
    if step.filter in ("nearest", "nearest-exact"):
        return torch_nearest.resize(pixels, size, exact=step.filter == "nearest-exact")
    rows, columns = (
        None
        if size_in == size_out
        else fixed_point_axis(size_in, size_out, step.filter, antialias=step.antialias is True)
        for size_in, size_out in zip(pixels.shape, size, strict=False)
    )
    if rows is not None and rows.used is not None:
        pixels = pixels.take(rows.used, axis=0)
    if columns is None:
        return pixels if rows is None else _down(pixels, rows)
    planar = _across(pixels, columns)
    if rows is not None:
        planar = _down(planar, rows)
    return np.ascontiguousarray(planar.transpose(0, 2, 1))


def _across(pixels: Pixels, columns: Axis) -> Pixels:
    """The horizontal pass, of (h, w, c) to (h, c, new w)."""
    if columns.used is not None:
        pixels = pixels.take(columns.used, axis=1)
    height, width, channels = pixels.shape
    width_out = len(columns.first)
    resampled = np.empty((height, channels, width_out), np.uint8)
    block = max(1, _BLOCK_VALUES // (channels * max(width, width_out)))
    for top in range(0, height, block):
        part = np.ascontiguousarray(pixels[top : top + block])
        values = np.empty((channels, len(part), width), columns.dtype)
        for channel, plane in enumerate(cv2.split(part)):
            values[channel] = plane
        values = values.reshape(-1, width)
        sums = np.empty((len(values), width_out), columns.dtype)
        for band in columns.bands:
            np.matmul(values[:, band.old], band.weights, out=sums[:, band.new])
        rounded = np.empty(sums.shape, np.uint8)
        columns.round(sums, values, slice(None), rounded)
        resampled[top : top + block] = rounded.reshape(channels, len(part), width_out).swapaxes(0, 1)
    return resampled


def _down(pixels: Pixels, rows: Axis) -> Pixels:
    """The vertical pass, of (h, a, b) to (new h, a, b)."""
    flat = pixels.reshape(len(pixels), -1)
    resampled = np.empty((len(rows.first), flat.shape[1]), np.uint8)
    for band in rows.bands:
        block = max(64, _BLOCK_VALUES // len(band.weights))
        for left in range(0, flat.shape[1], block):
            part = flat[:, left : left + block]
            sums = band.weights.T @ part[band.old].astype(rows.dtype)
            rows.round(sums.T, part.T, band.new, resampled[band.new, left : left + block].T)
    return resampled.reshape(-1, *pixels.shape[1:])
