"""What TensorFlow's kernels share: where new pixels lie among the old ones, and sums of a few of them.

Positions, weights and sums are float32, rounded where TensorFlow rounds: its CPU kernels are built without fused
multiply-add, so a product is rounded before it is added. A sum goes from the first tap to the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from truecopy.pixels.raster import Array

if TYPE_CHECKING:
    import numpy.typing as npt

Float32: TypeAlias = "npt.NDArray[np.float32]"
Indices: TypeAlias = "npt.NDArray[np.intp]"

HALF = np.float32(0.5)
# Values of a block of output rows: what stays in a core's own cache together with the input rows it is made of.
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Taps:
    """For each of n new pixels along an axis, k old ones: `indices` and `weights`, both (k, n)."""

    indices: Indices
    weights: Float32

    def of(self, block: slice) -> Taps:
        return Taps(self.indices[:, block], self.weights[:, block])

    def of_values(self, channels: int) -> Taps:
        """The taps of the single numbers in a row of pixels that have `channels` of them."""
        return Taps(
            np.stack([values_of(row, channels) for row in self.indices]),
            self.weights.repeat(channels, axis=1),
        )


def scale_of(size_in: int, size_out: int) -> np.float32:
    """Source: tensorflow/core/util/image_resizer_state.h `CalculateResizeScale` (align_corners=False)."""
    scale: np.float32 = np.float32(size_in) / np.float32(size_out)
    return scale


def centers(size_in: int, size_out: int) -> Float32:
    """Where new pixels lie, in old pixels: (size_out,). Source: image_resizer_state.h `HalfPixelScaler`."""
    places: Float32 = (np.arange(size_out, dtype=np.float32) + HALF) * scale_of(size_in, size_out) - HALF
    return places


def corners(size_in: int, size_out: int) -> Float32:
    """The same without half-pixel centres. Source: image_resizer_state.h `LegacyScaler`."""
    return np.arange(size_out, dtype=np.float32) * scale_of(size_in, size_out)


def values_of(columns: Indices, channels: int) -> Indices:
    """The places in a flat row (w * c,) of the pixels at `columns`."""
    return (columns[:, np.newaxis] * channels + np.arange(channels)).ravel()


def flat_rows(pixels: Array, rows: Indices | slice) -> npt.NDArray[Any]:
    """Rows of (h, w, c) as (len(rows), w * c); a view where `rows` is a slice of a contiguous picture."""
    picked = pixels[rows]
    return picked.reshape(picked.shape[0], -1)


def row_blocks(rows: int, values: int) -> Iterator[slice]:
    """Blocks of `rows` rows that have `values` numbers each."""
    step = max(1, _BLOCK // values)
    return (slice(first, min(first + step, rows)) for first in range(0, rows, step))


def sum_rows(lines: npt.NDArray[Any], taps: Taps) -> Float32:
    """Each new row is a weighted sum of old ones: `lines` (h, v) to (n, v)."""
    return _weighted(lines, taps.indices, taps.weights[:, :, np.newaxis], axis=0)


def sum_columns(lines: npt.NDArray[Any], taps: Taps) -> Float32:
    """Each new column is a weighted sum of old ones: `lines` (h, v) to (h, n)."""
    return _weighted(lines, taps.indices, taps.weights, axis=1)


def _weighted(lines: npt.NDArray[Any], indices: Indices, weights: Float32, *, axis: int) -> Float32:
    total: Float32 = lines.take(indices[0], axis).astype(np.float32, copy=False)
    total *= weights[0]
    picked, product = np.empty(total.shape, lines.dtype), np.empty_like(total)
    for index, weight in zip(indices[1:], weights[1:], strict=True):
        # mode="clip" writes into `out` without a buffer between; every index is in range.
        lines.take(index, axis, picked, "clip")
        np.copyto(product, picked)
        product *= weight
        total += product
    return total
