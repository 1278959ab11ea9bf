"""TensorFlow's resize: `tf.image.resize` and `tf.compat.v1.image.resize` (align_corners=False).

`nearest` keeps the dtype of the pixels; everything else makes float32, never rounded to levels.
Source: tensorflow/core/kernels/image/resize_nearest_neighbor_op.cc and resize_bilinear_op.cc, TensorFlow 2.21.
"""

from __future__ import annotations

import numpy as np

from truecopy.contract.resize import Resize
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array, Raster, as_array

from .tensorflow_antialias import antialiased
from .tensorflow_area import area
from .tensorflow_bicubic import bicubic, keys_taps, legacy_taps
from .tensorflow_taps import (
    HALF,
    Float32,
    Indices,
    centers,
    corners,
    flat_rows,
    row_blocks,
    scale_of,
    values_of,
)


def resize(raster: Raster, size: Size, step: Resize) -> Array:
    """`tf.image.resize`: uint8 or float32 (h, w, c) to `size` = (height, width)."""
    pixels = as_array(raster)
    sides = tuple(zip(pixels.shape[:2], size, strict=True))
    if step.antialias is True:
        return antialiased(pixels, size, step.filter)
    match step.filter:
        case "nearest":
            return _picked(pixels, *(_nearest(*side) for side in sides))
        case "bilinear":
            return _bilinear(pixels, *(centers(*side) for side in sides))
        case "bicubic":
            return bicubic(pixels, *(keys_taps(*side) for side in sides))
        case _:
            return area(pixels, size)


def resize_v1(raster: Raster, size: Size, step: Resize) -> Array:
    """`tf.compat.v1.image.resize`: the same without half-pixel centres, and another cubic."""
    pixels = as_array(raster)
    sides = tuple(zip(pixels.shape[:2], size, strict=True))
    match step.filter:
        case "nearest":
            return _picked(pixels, *(_nearest_v1(*side) for side in sides))
        case "bilinear":
            return _bilinear(pixels, *(corners(*side) for side in sides))
        case "bicubic":
            return bicubic(pixels, *(legacy_taps(*side) for side in sides))
        case _:
            return area(pixels, size)


def _nearest(size_in: int, size_out: int) -> Indices:
    """Source: resize_nearest_neighbor_op.cc `HalfPixelScalerForNN`."""
    places = (np.arange(size_out, dtype=np.float32) + HALF) * scale_of(size_in, size_out)
    indices: Indices = np.floor(places).astype(np.intp).clip(0, size_in - 1)
    return indices


def _nearest_v1(size_in: int, size_out: int) -> Indices:
    return np.floor(corners(size_in, size_out)).astype(np.intp).clip(0, size_in - 1)


def _picked(pixels: Array, rows: Indices, columns: Indices) -> Array:
    """The pixels where `rows` and `columns` cross."""
    channels = pixels.shape[2]
    lines = flat_rows(pixels, rows).take(values_of(columns, channels), axis=1)
    return lines.reshape(len(rows), len(columns), channels)


def _bilinear(pixels: Array, down: Float32, across: Float32) -> Float32:
    """New pixels at the positions `down` and `across`, in old pixels. Only rows and columns that count are read."""
    if (len(down), len(across)) == pixels.shape[:2]:
        return pixels.astype(np.float32)
    top, bottom, share_down = _neighbours(down, pixels.shape[0])
    left, right, share_across = _neighbours(across, pixels.shape[1])
    channels = pixels.shape[2]
    left, right = values_of(left, channels), values_of(right, channels)
    share_across = share_across.repeat(channels)
    made = np.empty((len(down), len(left)), np.float32)
    for block in row_blocks(len(down), 2 * made.shape[1]):
        # A row serves as the top of one new row and the bottom of others: it is interpolated once.
        rows, place = np.unique(np.concatenate([top[block], bottom[block]]), return_inverse=True)
        old = flat_rows(pixels, rows)
        lines = _between(old.take(left, axis=1), old.take(right, axis=1), share_across)
        above, below = np.split(place, 2)
        made[block] = _between(lines[above], lines[below], share_down[block, np.newaxis])
    return made.reshape(len(down), len(across), channels)


def _neighbours(places: Float32, size: int) -> tuple[Indices, Indices, Float32]:
    """The old pixels before and after each place, and how far it lies towards the second.

    Source: resize_bilinear_op.cc `compute_interpolation_weights`.
    """
    floor = np.floor(places)
    lower = np.maximum(floor.astype(np.intp), 0)
    upper = np.minimum(np.ceil(places).astype(np.intp), size - 1)
    return lower, upper, places - floor


def _between(first: Array, second: Array, share: Float32) -> Float32:
    """Where `share` lies between them: first + (second - first) * share. Source: resize_bilinear_op.cc `compute_lerp`."""
    first = first.astype(np.float32, copy=False)
    made: Float32 = second.astype(np.float32, copy=False) - first
    made *= share
    made += first
    return made
