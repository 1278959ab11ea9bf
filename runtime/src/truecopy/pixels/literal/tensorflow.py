"""TensorFlow's resize spelled out in NumPy: slow, and what the tests trust.

Source: tensorflow/core/kernels/image/resize_nearest_neighbor_op.cc, resize_bilinear_op.cc and resize_bicubic_op.cc,
tensorflow/core/util/image_resizer_state.h (TensorFlow 2.21, align_corners=False), bit for bit: float32 scalars,
each operation rounded, in the order of the source. The innermost loop, over columns, is NumPy's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from truecopy.contract.resize import Resize
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array, Raster, as_array

from .tensorflow_antialias import scale_and_translate
from .tensorflow_area import resize_area

# (index of a new pixel, old pixels per new one) to a place among the old ones.
Scaler: TypeAlias = Callable[[int, np.float32], np.float32]

_HALF = np.float32(0.5)
_TABLE_SIZE = 1 << 10


def resize(raster: Raster, size: Size, step: Resize) -> Array:
    """`tf.image.resize`."""
    pixels = as_array(raster)
    if step.antialias is True:
        return scale_and_translate(pixels, size, step.filter)
    match step.filter:
        case "nearest":
            return _resize_nearest_neighbor(pixels, size, _half_pixel_scaler_for_nearest)
        case "bilinear":
            return _resize_bilinear(pixels, size, _half_pixel_scaler)
        case "bicubic":
            return _resize_bicubic(pixels, size, _keys_weights)
        case _:
            return resize_area(pixels, size)


def resize_v1(raster: Raster, size: Size, step: Resize) -> Array:
    """`tf.compat.v1.image.resize`."""
    pixels = as_array(raster)
    match step.filter:
        case "nearest":
            return _resize_nearest_neighbor(pixels, size, _legacy_scaler)
        case "bilinear":
            return _resize_bilinear(pixels, size, _legacy_scaler)
        case "bicubic":
            return _resize_bicubic(pixels, size, _legacy_weights)
        case _:
            return resize_area(pixels, size)


def _half_pixel_scaler(index: int, scale: np.float32) -> np.float32:
    place: np.float32 = (np.float32(index) + _HALF) * scale - _HALF
    return place


def _half_pixel_scaler_for_nearest(index: int, scale: np.float32) -> np.float32:
    place: np.float32 = (np.float32(index) + _HALF) * scale
    return place


def _legacy_scaler(index: int, scale: np.float32) -> np.float32:
    place: np.float32 = np.float32(index) * scale
    return place


def _resize_nearest_neighbor(pixels: Array, size: Size, scaler: Scaler) -> Array:
    rows, columns = (
        [
            min(math.floor(scaler(index, np.float32(size_in) / np.float32(size_out))), size_in - 1)
            for index in range(size_out)
        ]
        for size_in, size_out in zip(pixels.shape[:2], size, strict=True)
    )
    return pixels[rows][:, columns]


class _Interpolation(NamedTuple):
    lower: int
    upper: int
    lerp: np.float32


def _interpolation_weights(size_in: int, size_out: int, scaler: Scaler) -> list[_Interpolation]:
    """Source: resize_bilinear_op.cc `compute_interpolation_weights`."""
    cached = []
    for index in range(size_out):
        place = scaler(index, np.float32(size_in) / np.float32(size_out))
        lower, upper = math.floor(place), math.ceil(place)
        cached.append(
            _Interpolation(max(lower, 0), min(upper, size_in - 1), np.float32(place - np.floor(place)))
        )
    return cached


def _resize_bilinear(pixels: Array, size: Size, scaler: Scaler) -> Array:
    """Source: resize_bilinear_op.cc `resize_image`, `compute_lerp`."""
    if pixels.shape[:2] == size:
        return pixels.astype(np.float32)
    across = _interpolation_weights(pixels.shape[1], size[1], scaler)
    left, right = [x.lower for x in across], [x.upper for x in across]
    x_lerp = np.array([[x.lerp] for x in across], np.float32)
    resized = np.empty((*size, pixels.shape[2]), np.float32)
    for row, y in enumerate(_interpolation_weights(pixels.shape[0], size[0], scaler)):
        upper_row, lower_row = pixels[y.lower].astype(np.float32), pixels[y.upper].astype(np.float32)
        top = upper_row[left] + (upper_row[right] - upper_row[left]) * x_lerp
        bottom = lower_row[left] + (lower_row[right] - lower_row[left]) * x_lerp
        resized[row] = top + (bottom - top) * y.lerp
    return resized


class _Cubic(NamedTuple):
    """Four old pixels and what each one counts."""

    indices: list[int]
    weights: list[np.float32]


def _coeffs_table(a: float) -> tuple[list[np.float32], list[np.float32]]:
    """The cubic at 0..1 and at 1..2; the polynomial is computed in double. Source: `InitCoeffsTable`."""
    near, far = [], []
    for index in range(_TABLE_SIZE + 1):
        x = float(np.float32(index / _TABLE_SIZE))
        near.append(np.float32(((a + 2) * x - (a + 3)) * x * x + 1))
        x = float(np.float32(x + 1.0))
        far.append(np.float32(((a * x - 5 * a) * x + 8 * a) * x - 4 * a))
    return near, far


_KEYS, _LEGACY = _coeffs_table(-0.5), _coeffs_table(-0.75)


def _four_weights(
    place: np.float32, table: tuple[list[np.float32], list[np.float32]]
) -> tuple[int, list[np.float32]]:
    start = math.floor(place)
    offset = int(np.rint((place - np.float32(start)) * np.float32(_TABLE_SIZE)))  # lrintf: half to even
    near, far = table
    return start, [far[offset], near[offset], near[_TABLE_SIZE - offset], far[_TABLE_SIZE - offset]]


def _bound(index: int, limit: int) -> int:
    return min(limit - 1, max(0, index))


def _keys_weights(index: int, size_in: int, size_out: int) -> _Cubic:
    """Source: resize_bicubic_op.cc `GetWeightsAndIndices` with use_keys_cubic."""
    place = _half_pixel_scaler(index, np.float32(size_in) / np.float32(size_out))
    start, weights = _four_weights(place, _KEYS)
    indices = [start - 1, start, start + 1, start + 2]
    weights = [
        weight if tap == _bound(tap, size_in) else np.float32(0)
        for tap, weight in zip(indices, weights, strict=True)
    ]
    total = weights[0] + weights[1] + weights[2] + weights[3]
    if abs(total) >= np.float32(1000) * np.finfo(np.float32).tiny:
        weights = [weight * (np.float32(1) / total) for weight in weights]
    return _Cubic([_bound(tap, size_in) for tap in indices], weights)


def _legacy_weights(index: int, size_in: int, size_out: int) -> _Cubic:
    """Source: resize_bicubic_op.cc `GetWeightsAndIndices` without use_keys_cubic."""
    place = _legacy_scaler(index, np.float32(size_in) / np.float32(size_out))
    start, weights = _four_weights(place, _LEGACY)
    return _Cubic([_bound(tap, size_in) for tap in (start - 1, start, start + 1, start + 2)], weights)


def _resize_bicubic(pixels: Array, size: Size, weigh: Callable[[int, int, int], _Cubic]) -> Array:
    """First down, in every column, then across. Source: `interpolate_with_caching`, `Interpolate1D`."""
    height, width = pixels.shape[:2]
    across = [weigh(x, width, size[1]) for x in range(size[1])]
    columns = [[cubic.indices[tap] for cubic in across] for tap in range(4)]
    x_weights = [np.array([[cubic.weights[tap]] for cubic in across], np.float32) for tap in range(4)]
    resized = np.empty((*size, pixels.shape[2]), np.float32)
    for row in range(size[0]):
        y_indices, y_weights = weigh(row, height, size[0])
        lines = [pixels[y_index].astype(np.float32) for y_index in y_indices]
        values = (
            lines[0] * y_weights[0]
            + lines[1] * y_weights[1]
            + lines[2] * y_weights[2]
            + lines[3] * y_weights[3]
        )
        resized[row] = (
            values[columns[0]] * x_weights[0]
            + values[columns[1]] * x_weights[1]
            + values[columns[2]] * x_weights[2]
            + values[columns[3]] * x_weights[3]
        )
    return resized
