"""torch's `nearest` and `nearest-exact`: pick pixels, keep their dtype.

Source: torch 2.13, aten/src/ATen/native/UpSample.h (`nearest_neighbor_compute_source_index`,
`nearest_neighbor_exact_compute_source_index`, `area_pixel_compute_source_index`) and
aten/src/ATen/native/cpu/UpSampleKernel.cpp (`HelperInterpNearest`, `HelperInterpNearestExact`,
`_use_vectorized_kernel_cond_2d`), as the AVX2 and AVX-512 builds round.
"""

from __future__ import annotations

import numpy as np

from truecopy.pixels.fused import fma
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array

_SMALL = 128  # height + width of a result that torch makes by its "vectorized" kernel
_f32 = np.float32


def resize(pixels: Array, size: Size, *, exact: bool) -> Array:
    """(h, w, c) of any dtype to `size` = (height, width)."""
    if not exact:
        index = _index
    elif sum(size) <= _SMALL:
        index = _exact_index_of_small
    else:
        index = _exact_index
    rows, columns = (
        [min(index(position, _f32(size_in) / _f32(size_out)), size_in - 1) for position in range(size_out)]
        for size_in, size_out in zip(pixels.shape, size, strict=False)
    )
    return pixels[rows][:, columns]


def _index(position: int, scale: np.float32) -> int:
    return int(np.floor(_f32(position) * scale))


def _exact_index_of_small(position: int, scale: np.float32) -> int:
    return int(np.floor(_f32((position + 0.5) * float(scale))))


def _exact_index(position: int, scale: np.float32) -> int:
    """The half that is taken away is added again, and so the rounding in between can pick the neighbour."""
    source = max(fma(_f32(position) + _f32(0.5), scale, _f32(-0.5)), _f32(0))
    return int(np.floor(_f32(float(source) + 0.5)))
