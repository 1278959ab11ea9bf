"""torch's native 8-bit resize spelled out in NumPy: slow, and what the tests trust.

Source: torch 2.13, aten/src/ATen/native/cpu/UpSampleKernel.cpp (`_compute_index_ranges_int16_weights`,
`separable_upsample_generic_Nd_kernel_impl`, `basic_loop_aa_horizontal<uint8_t>`, `basic_loop_aa_vertical<uint8_t>`), and
UpSampleKernelAVXAntialias.h, which makes the same bits faster. It is what torchvision v2 and the torchvision backend of
transformers call for an 8-bit tensor on a CPU with AVX2 or on aarch64.
"""

from __future__ import annotations

import numpy as np

from truecopy.contract.resize import AnyFilter, Resize
from truecopy.pixels.arrays import Pixels
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array, Raster, as_array

from . import torch_nearest
from .torch_windows import windows

_MOST_BITS = 22  # of a weight's fixed point; weights are int16


def resize(raster: Raster, size: Size, step: Resize) -> Array:
    """Resample 8-bit (h, w, c) to `size` = (height, width)."""
    pixels = as_array(raster)
    if step.filter in ("nearest", "nearest-exact"):
        return torch_nearest.resize(pixels, size, exact=step.filter == "nearest-exact")
    antialias = step.antialias is True
    if size[1] != pixels.shape[1]:  # the horizontal pass is always first, and rounds to 8 bits
        across = _resample_rows(pixels.swapaxes(0, 1), size[1], step.filter, antialias=antialias)
        pixels = across.swapaxes(0, 1)
    if size[0] != pixels.shape[0]:
        pixels = _resample_rows(pixels, size[0], step.filter, antialias=antialias)
    return pixels


def _resample_rows(pixels: Pixels, size_out: int, resampling: AnyFilter, *, antialias: bool) -> Pixels:
    """Each new row is a weighted sum of old ones in fixed point, rounded and clipped to 8 bits."""
    rows = pixels.astype(np.int64)
    spans = list(windows(len(rows), size_out, resampling, antialias=antialias))
    bits = _weight_bits(max(span.largest for span in spans))
    resampled = np.empty((size_out, *rows.shape[1:]), np.uint8)
    for row, span in enumerate(spans):
        weights = [_fixed_point(weight, bits) for weight in span.weights]
        total = (1 << (bits - 1)) + np.tensordot(
            weights, rows[span.first : span.first + len(weights)], axes=1
        )
        resampled[row] = np.clip(total >> bits, 0, 255)
    return resampled


def _weight_bits(largest: float) -> int:
    """As many bits as keep the largest weight of the axis an int16."""
    bits = 0
    while bits < _MOST_BITS and int(0.5 + largest * (1 << (bits + 1))) < 1 << 15:
        bits += 1
    return bits


def _fixed_point(weight: float, bits: int) -> int:
    """Round half away from zero."""
    scaled = weight * (1 << bits)
    return int(scaled - 0.5 if scaled < 0 else scaled + 0.5)
