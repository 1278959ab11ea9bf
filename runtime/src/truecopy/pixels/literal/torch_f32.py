"""torch's float32 resize spelled out in NumPy, as its AVX2 and AVX-512 builds round: slow, and what the tests trust.

Source: torch 2.13, aten/src/ATen/native/cpu/UpSampleKernel.cpp (`separable_upsample_generic_Nd_kernel_impl`,
`interpolate_aa_single_dim`, `upsample_generic_Nd_kernel_impl`, `Interpolate::eval`, `cpu_upsample_linear_channels_last`,
`_use_vectorized_kernel_cond_2d`); torchvision/transforms/_functional_tensor.py `resize` for the rounded form.

Three things are torch's and not here. On a CPU without FMA its bits differ. Limited to one thread, as in a worker of a
`DataLoader`, it sums `bilinear` without antialias of three channels as it otherwise does for small results only
(`upsample_bilinear2d_kernel_impl_float`): this is torch with several threads. And an antialiased result of one column
repeats its first row in most memory layouts, as `interpolate_aa_single_dim_zero_strides` then reads one row's weights
for all: this is what it makes of wider ones.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from truecopy.contract.resize import AnyFilter, Resize
from truecopy.pixels.arrays import Pixels
from truecopy.pixels.fused import Floats, fma
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array, Raster, as_array

from . import torch_nearest
from .torch_f32_windows import Taps, bicubic_taps, bilinear_taps, windows

_SMALL = 128  # height + width of a result that torch makes by its "vectorized" kernel
_LANES = 4  # GCC multiplies four floats at a time, and adds them one by one


def resize(raster: Raster, size: Size, step: Resize) -> Array:
    """Resample (h, w, c) to `size` = (height, width): float32 in and out, 8 bits are cast; the nearest ones keep the dtype."""
    pixels = as_array(raster)
    if step.filter in ("nearest", "nearest-exact"):
        return torch_nearest.resize(pixels, size, exact=step.filter == "nearest-exact")
    floats = pixels.astype(np.float32)
    if step.antialias is True:
        return _antialiased(floats, size, step.filter)
    return _bicubic(floats, size) if step.filter == "bicubic" else _bilinear(floats, size)


def resize_rounded(raster: Raster, size: Size, step: Resize) -> Pixels:
    """What torchvision v1's `F.resize` makes of an 8-bit tensor: half to even, and a clamp where the filter can overshoot."""
    floats = resize(raster, size, step)
    if step.filter == "bicubic":
        floats = floats.clip(0, 255)
    return np.rint(floats).astype(np.uint8)


def _antialiased(pixels: Floats, size: Size, resampling: AnyFilter) -> Floats:
    """Horizontal pass first; one that changes nothing is left out."""
    if size[1] != pixels.shape[1]:
        pixels = _resample_rows(pixels.swapaxes(0, 1), size[1], resampling).swapaxes(0, 1)
    if size[0] != pixels.shape[0]:
        pixels = _resample_rows(pixels, size[0], resampling)
    return pixels


def _resample_rows(rows: Floats, size_out: int, resampling: AnyFilter) -> Floats:
    resampled = np.empty((size_out, *rows.shape[1:]), np.float32)
    for row, (first, weights) in enumerate(windows(len(rows), size_out, resampling)):
        total = rows[first] * weights[0]
        # The loop over the taps after the first is vectorized; what is left of it is scalar, and fused.
        unfused = (len(weights) - 1) // _LANES * _LANES
        for tap in range(1, len(weights)):
            value, weight = rows[first + tap], weights[tap]
            total = total + value * weight if tap <= unfused else fma(value, weight, total)
        resampled[row] = total
    return resampled


def _bilinear(pixels: Floats, size: Size) -> Floats:
    rows, columns = (bilinear_taps(*sizes) for sizes in zip(pixels.shape, size, strict=False))
    if sum(size) > _SMALL:
        return _two_passes(pixels, rows, columns)
    return _sum(
        (pixels[row][:, column], np.multiply.outer(row_weight, column_weight)[:, :, np.newaxis])
        for row, row_weight in rows
        for column, column_weight in columns
    )


def _bicubic(pixels: Floats, size: Size) -> Floats:
    rows, columns = (bicubic_taps(*sizes) for sizes in zip(pixels.shape, size, strict=False))
    return _two_passes(pixels, rows, columns)


def _two_passes(pixels: Floats, rows: Taps, columns: Taps) -> Floats:
    across = _sum((pixels[:, column], weight[:, np.newaxis]) for column, weight in columns)
    return _sum((across[row], weight[:, np.newaxis, np.newaxis]) for row, weight in rows)


def _sum(terms: Iterable[tuple[Floats, Floats]]) -> Floats:
    """`t0 * w0 + t1 * w1 + ...` of two or four terms: the second product is rounded, all else is fused."""
    (value, weight), (second, second_weight), *others = terms
    total = fma(value, weight, second * second_weight)
    for value, weight in others:
        total = fma(value, weight, total)
    return total
