"""torch's `nearest` and `nearest-exact`, fast: see `truecopy.pixels.literal.torch_nearest`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from truecopy.pixels.fused import fma
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array

if TYPE_CHECKING:
    import numpy.typing as npt

_SMALL = 128  # height + width of a result that torch makes by another kernel, which rounds otherwise


def resize(pixels: Array, size: Size, *, exact: bool) -> Array:
    """Pick pixels of (h, w, c), of any dtype, for `size` = (height, width)."""
    small = sum(size) <= _SMALL
    rows, columns = (
        _exact_indices(size_in, size_out, small=small) if exact else _indices(size_in, size_out)
        for size_in, size_out in zip(pixels.shape, size, strict=False)
    )
    return pixels.take(rows, axis=0).take(columns, axis=1)


@lru_cache(maxsize=32)
def _indices(size_in: int, size_out: int) -> npt.NDArray[np.int64]:
    scale = np.float32(size_in) / np.float32(size_out)
    return _floor(np.arange(size_out, dtype=np.float32) * scale, size_in)


@lru_cache(maxsize=32)
def _exact_indices(size_in: int, size_out: int, *, small: bool) -> npt.NDArray[np.int64]:
    scale = np.float32(size_in) / np.float32(size_out)
    centers = np.arange(size_out, dtype=np.float32) + np.float32(0.5)
    if small:
        return _floor(centers * scale, size_in)
    position = np.maximum(fma(centers, scale, np.float32(-0.5)), np.float32(0))
    return _floor(position + np.float32(0.5), size_in)


def _floor(position: npt.NDArray[np.float32], size_in: int) -> npt.NDArray[np.int64]:
    return np.minimum(np.floor(position).astype(np.int64), size_in - 1)
