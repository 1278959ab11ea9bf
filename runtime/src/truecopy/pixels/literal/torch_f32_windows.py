"""Which pixels torch's float32 resize sums, with which weights, as its AVX2 and AVX-512 builds round them.

Source: torch 2.13, aten/src/ATen/native/cpu/UpSampleKernel.cpp, `HelperInterpBase` (`_compute_index_ranges_weights<float>`,
`_compute_indices_min_size_weights_aa`), `HelperInterpLinear` and `HelperInterpCubic` (`compute_indices_weights`,
`aa_filter`); aten/src/ATen/native/UpSample.h. Where the C expression is one of floats, GCC contracts products and sums
to FMA (`fused.py`); which ones is the compiler's choice, read off its results.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from truecopy.contract.resize import AnyFilter
from truecopy.pixels.fused import Floats, fma

if TYPE_CHECKING:
    import numpy.typing as npt

_f32 = np.float32
# The first old pixel of a new one, and the weights from there on.
Window: TypeAlias = tuple[int, Floats]
# For each tap: the old pixel of each new one, and its weight.
Taps: TypeAlias = "list[tuple[npt.NDArray[np.int64], Floats]]"


def windows(size_in: int, size_out: int, resampling: AnyFilter) -> Iterator[Window]:
    """With antialias: one window for each of the `size_out` new pixels of an axis."""
    weigh, taps = _ANTIALIASED[resampling]
    scale = _f32(size_in) / _f32(size_out)
    shrinks = scale >= 1
    support = _f32(taps * 0.5 * float(scale)) if shrinks else _f32(taps * 0.5)
    step = _f32(1.0 / float(scale)) if shrinks else _f32(1)
    most = math.ceil(support) * 2 + 1
    for index in range(size_out):
        # A literal 0.5 makes the expression around it one of doubles.
        center = _f32(float(scale) * (index + 0.5))
        first = max(int(float(center - support) + 0.5), 0)
        size = min(max(min(int(float(center + support) + 0.5), size_in) - first, 0), most)
        distance = np.arange(first, first + size).astype(_f32) - center
        weights = weigh(np.abs((distance.astype(np.float64) + 0.5) * float(step)).astype(_f32))
        total = _f32(0)
        for weight in weights:
            total = total + weight
        yield first, weights / total if total else weights


def bilinear_taps(size_in: int, size_out: int) -> Taps:
    """Without antialias: two taps."""
    position = np.maximum(_source_position(size_in, size_out), _f32(0))
    near, fraction = _split(position, size_in)
    return [(near, _f32(1) - fraction), (np.minimum(near + 1, size_in - 1), fraction)]


def bicubic_taps(size_in: int, size_out: int) -> Taps:
    """Without antialias: four taps; one outside the picture takes the border's pixel."""
    near, fraction = _split(_source_position(size_in, size_out), size_in)
    rest = _f32(1) - fraction
    weights = (_outer(fraction + _f32(1)), _inner(fraction), _inner(rest), _outer(rest + _f32(1)))
    return [(np.clip(near + tap - 1, 0, size_in - 1), weight) for tap, weight in enumerate(weights)]


def _source_position(size_in: int, size_out: int) -> Floats:
    """`area_pixel_compute_source_index`"""
    if size_in == size_out:
        return np.arange(size_out).astype(_f32)
    scale = _f32(size_in) / _f32(size_out)
    return fma(np.arange(size_out).astype(_f32) + _f32(0.5), scale, _f32(-0.5))


def _split(position: Floats, size_in: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """`guard_index_and_lambda`"""
    near = np.minimum(np.floor(position).astype(np.int64), size_in - 1)
    return near, np.clip(position - near.astype(_f32), _f32(0), _f32(1))


def _inner(x: Floats) -> Floats:
    """`cubic_convolution1` with OpenCV's A = -0.75."""
    weight: Floats = fma(x, _f32(1.25), _f32(-2.25)) * x * x + _f32(1)
    return weight


def _outer(x: Floats) -> Floats:
    """`cubic_convolution2` with OpenCV's A = -0.75."""
    weight: Floats = fma(fma(x, _f32(-0.75), _f32(3.75)), x, _f32(-6)) * x + _f32(3)
    return weight


def _triangle(x: Floats) -> Floats:
    weight: Floats = np.maximum(_f32(1) - x, _f32(0))
    return weight


def _keys(x: Floats) -> Floats:
    """`cubic_convolution1` and `cubic_convolution2` with Pillow's A = -0.5; other terms are fused than above."""
    inner = fma(fma(x, _f32(1.5), _f32(-2.5)) * x, x, _f32(1))
    outer = fma(fma(fma(x, _f32(-0.5), _f32(2.5)), x, _f32(-4)), x, _f32(2))
    return np.where(x < 1, inner, np.where(x < 2, outer, _f32(0)))


_ANTIALIASED: Mapping[AnyFilter, tuple[Callable[[Floats], Floats], int]] = {
    "bilinear": (_triangle, 2),
    "bicubic": (_keys, 4),
}
