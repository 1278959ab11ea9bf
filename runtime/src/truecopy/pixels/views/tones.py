"""Brightness and contrast of an 8-bit canvas (h, w, c), bit for bit Pillow's `ImageEnhance`: one table of 256."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from truecopy.pixels.raster import Array

if TYPE_CHECKING:
    import numpy.typing as npt

Table: TypeAlias = "npt.NDArray[np.uint8]"

# Convert.c `L24`, (19595 R + 38470 G + 7471 B + 32768) >> 16, in float32: each term and each sum is a multiple of
# 1 / 65536 below 256, which float32 holds exactly, in whatever order they are added.
_LUMA = np.array([[19595, 38470, 7471, 32768]], np.float32) / np.float32(65536)
_LUMA_OF_BGR = np.ascontiguousarray(_LUMA[:, [2, 1, 0, 3]])


def brightness(canvas: Array, factor: float) -> Array:
    """Every pixel times `factor`.

    Source: PIL/ImageEnhance.py `Brightness`.
    """
    return _through(canvas, blend_table(0, factor))


def contrast(canvas: Array, factor: float, *, bgr: bool) -> Array:
    """Every pixel's distance from the mean grey times `factor`. bgr: the first of three channels is blue.

    Source: PIL/ImageEnhance.py `Contrast`.
    """
    return _through(canvas, blend_table(mean_grey(canvas, bgr=bgr), factor))


def blend_table(start: int, factor: float) -> Table:
    """For each level x: start + factor * (x - start) in float32, cut to 0..255, the fraction dropped.

    Source: Pillow src/libImaging/Blend.c `ImagingBlend`.
    """
    levels = np.arange(256, dtype=np.float32)
    blended = np.float32(start) + np.float32(factor) * (levels - np.float32(start))
    table: Table = np.clip(blended, 0, 255).astype(np.uint8)
    return table


def mean_grey(canvas: Array, *, bgr: bool) -> int:
    """The mean of Pillow's L of the canvas, rounded half up.

    Source: PIL/ImageEnhance.py `Contrast`, PIL/ImageStat.py `mean`.
    """
    if canvas.shape[2] == 1:
        grey = canvas
    else:
        grey = cv2.transform(canvas.astype(np.float32), _LUMA_OF_BGR if bgr else _LUMA).astype(np.uint8)
    return int(int(grey.sum(dtype=np.uint64)) / grey.size + 0.5)


def _through(canvas: Array, table: Table) -> Array:
    seen: Array = cv2.LUT(canvas, table).reshape(canvas.shape)
    return seen
