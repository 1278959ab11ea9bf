"""torch's float32 weights for all new pixels of an axis at once: see `truecopy.pixels.literal.torch_f32_windows`."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from truecopy.contract.resize import AnyFilter
from truecopy.pixels.fused import Floats, fma

from .fused_sum import Axis, Tap

if TYPE_CHECKING:
    import numpy.typing as npt

_f32 = np.float32
_TAPS = {"bilinear": 2, "bicubic": 4}
_LANES = 4  # taps that GCC multiplies at a time, and adds unfused


@lru_cache(maxsize=16)
def window_axis(size_in: int, size_out: int, resampling: AnyFilter) -> Axis:
    """With antialias."""
    first, size, weights = _windows(size_in, size_out, resampling)
    unfused = (size - 1) // _LANES * _LANES
    # Long windows first: those that have a k-th tap, and those that add it unfused, are then the first so many.
    order = np.argsort(-size, kind="stable")
    taps = []
    for tap in range(weights.shape[1]):
        chosen = order[: int((size > tap).sum())]
        taps.append(Tap(first[chosen] + tap, weights[chosen, tap], int((unfused >= tap).sum())))
    return Axis.of(taps, size_in, order)


@lru_cache(maxsize=16)
def tap_axis(size_in: int, size_out: int, resampling: AnyFilter) -> Axis:
    """Without antialias. The second product is rounded, and the first one fused to it, then the others."""
    first, second, *others = taps_of(size_in, size_out, resampling)
    return Axis.of([Tap(old, weights, 0) for old, weights in (second, first, *others)], size_in)


def taps_of(size_in: int, size_out: int, resampling: AnyFilter) -> list[tuple[npt.NDArray[np.int64], Floats]]:
    """Without antialias: for each tap, the old pixel of each new one and its weight."""
    position = _source_position(size_in, size_out)
    if resampling == "bilinear":
        position = np.maximum(position, _f32(0))
    near = np.minimum(np.floor(position).astype(np.int64), size_in - 1)
    fraction = np.clip(position - near.astype(_f32), _f32(0), _f32(1))
    rest = _f32(1) - fraction
    if resampling == "bilinear":
        weights = [rest, fraction]
    else:
        weights = [_outer(fraction + _f32(1)), _inner(fraction), _inner(rest), _outer(rest + _f32(1))]
    leftmost = near + 1 - len(weights) // 2
    return [(np.clip(leftmost + tap, 0, size_in - 1), weight) for tap, weight in enumerate(weights)]


def _windows(
    size_in: int, size_out: int, resampling: AnyFilter
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """first, size: (new,); weights: (new, taps), zero behind the last tap."""
    scale = _f32(size_in) / _f32(size_out)
    shrinks = scale >= 1
    support = _f32(_TAPS[resampling] * 0.5 * float(scale)) if shrinks else _f32(_TAPS[resampling] * 0.5)
    step = float(_f32(1.0 / float(scale))) if shrinks else 1.0
    center = (float(scale) * (np.arange(size_out) + 0.5)).astype(_f32)
    first = np.maximum(((center - support).astype(np.float64) + 0.5).astype(np.int64), 0)
    stop = np.minimum(((center + support).astype(np.float64) + 0.5).astype(np.int64), size_in)
    size = np.clip(stop - first, 0, math.ceil(support) * 2 + 1)
    tap = np.arange(size.max())
    distance = (first[:, np.newaxis] + tap).astype(_f32) - center[:, np.newaxis]
    weights = _weigh(np.abs((distance.astype(np.float64) + 0.5) * step).astype(_f32), resampling)
    weights[tap >= size[:, np.newaxis]] = 0
    total = np.zeros(size_out, _f32)
    for column in weights.T:
        total += column
    weights /= np.where(total == 0, _f32(1), total)[:, np.newaxis]
    return first, size, weights


def _weigh(x: Floats, resampling: AnyFilter) -> Floats:
    """The filters of `aa_filter`; the bicubic one has Pillow's a = -0.5."""
    if resampling == "bilinear":
        triangle: Floats = np.maximum(_f32(1) - x, _f32(0))
        return triangle
    inner = fma(fma(x, _f32(1.5), _f32(-2.5)) * x, x, _f32(1))
    outer = fma(fma(fma(x, _f32(-0.5), _f32(2.5)), x, _f32(-4)), x, _f32(2))
    return np.where(x < 1, inner, np.where(x < 2, outer, _f32(0)))


def _source_position(size_in: int, size_out: int) -> Floats:
    if size_in == size_out:
        return np.arange(size_out).astype(_f32)
    scale = _f32(size_in) / _f32(size_out)
    return fma(np.arange(size_out).astype(_f32) + _f32(0.5), scale, _f32(-0.5))


def _inner(x: Floats) -> Floats:
    weight: Floats = fma(x, _f32(1.25), _f32(-2.25)) * x * x + _f32(1)
    return weight


def _outer(x: Floats) -> Floats:
    weight: Floats = fma(fma(x, _f32(-0.75), _f32(3.75)), x, _f32(-6)) * x + _f32(3)
    return weight
