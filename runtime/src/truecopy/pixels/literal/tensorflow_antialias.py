"""TensorFlow's resize with antialias spelled out in NumPy: slow, and what the tests trust.

Source: tensorflow/core/kernels/image/scale_and_translate_op.cc and sampling_kernels.h, TensorFlow 2.21, called as
tensorflow/python/ops/image_ops_impl.py `resize_images_v2` calls it; bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np

from truecopy.contract.resize import AnyFilter
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array

Kernel: TypeAlias = Callable[[np.float32], np.float32]

_F = np.float32
_HALF = _F(0.5)


class _Span(NamedTuple):
    start: int
    weights: list[np.float32]


def scale_and_translate(pixels: Array, size: Size, name: AnyFilter) -> Array:
    """Source: `GatherSpans`: `GatherRows`, then `GatherColumns`."""
    kernel, radius = _KERNELS[name]
    height, width = pixels.shape[:2]
    between = _gather(pixels.astype(np.float32), _spans(height, size[0], kernel, radius))
    columns = _gather(between.swapaxes(0, 1), _spans(width, size[1], kernel, radius))
    resized: Array = columns.swapaxes(0, 1)
    return resized


def _gather(rows: Array, spans: list[_Span]) -> Array:
    gathered = np.zeros((len(spans), *rows.shape[1:]), np.float32)
    for index, span in enumerate(spans):
        for tap, weight in enumerate(span.weights):
            gathered[index] += weight * rows[span.start + tap]
    return gathered


def _spans(size_in: int, size_out: int, kernel: Kernel, radius: np.float32) -> list[_Span]:
    """Source: `ComputeSpansCore` with translate = 0 and antialias."""
    scale = _F(size_out) / _F(size_in)
    inv_scale = _F(1.0 / float(scale))
    kernel_scale = max(inv_scale, _F(1))
    one_over_kernel_scale = _F(1) / kernel_scale
    spans = []
    for x in range(size_out):
        sample = (_F(x) + _HALF) * inv_scale
        if sample < 0 or sample > size_in:
            spans.append(_Span(0, []))
            continue
        start = _clamp(math.ceil(sample - radius * kernel_scale - _HALF), size_in)
        end = _clamp(math.floor(sample + radius * kernel_scale - _HALF), size_in) + 1
        weights = [
            kernel(abs((_F(source) + _HALF - sample) * one_over_kernel_scale)) for source in range(start, end)
        ]
        total = _F(0)
        for weight in weights:
            total += weight
        if abs(total) < _F(1000) * np.finfo(np.float32).tiny:
            weights = []
        spans.append(_Span(start, [weight * (_F(1) / total) for weight in weights]))
    return spans


def _clamp(index: int, size: int) -> int:
    return min(max(index, 0), size - 1)


def _triangle(x: np.float32) -> np.float32:
    value: np.float32 = _F(1) - x if x < 1 else _F(0)
    return value


def _keys_cubic(x: np.float32) -> np.float32:
    value: np.float32
    if x >= 2:
        value = _F(0)
    elif x >= 1:
        value = ((_F(-0.5) * x + _F(2.5)) * x - _F(4)) * x + _F(2)
    else:
        value = ((_F(1.5) * x - _F(2.5)) * x) * x + _F(1)
    return value


def _mitchell_cubic(x: np.float32) -> np.float32:
    value: np.float32
    if x >= 2:
        value = _F(0)
    elif x >= 1:
        value = (((_F(-7) / _F(18)) * x + _F(2)) * x - _F(10) / _F(3)) * x + _F(16) / _F(9)
    else:
        value = (((_F(7) / _F(6)) * x - _F(2)) * x) * x + _F(8) / _F(9)
    return value


_KERNELS: Mapping[AnyFilter, tuple[Kernel, np.float32]] = {
    "bilinear": (_triangle, _F(1)),
    "bicubic": (_keys_cubic, _F(2)),
    "mitchellcubic": (_mitchell_cubic, _F(2)),
}
