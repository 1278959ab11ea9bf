"""A picture between two steps: Pillow's image as long as only Pillow has seen it, else an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt

# (h, w, c), uint8 or float32; read-only where it shows Pillow's memory.
Array: TypeAlias = "npt.NDArray[Any]"
Raster: TypeAlias = "Image.Image | Array"


def as_array(raster: Raster) -> Array:
    """(h, w, c), uint8 or float32."""
    array: Array = np.asarray(raster)
    return array if array.ndim == 3 else array[:, :, np.newaxis]


def as_image(raster: Raster) -> Image.Image:
    """Mode RGB or L, of 8-bit pixels."""
    if isinstance(raster, Image.Image):
        return raster
    return Image.fromarray(np.ascontiguousarray(raster[:, :, 0] if raster.shape[2] == 1 else raster))


def size_of(raster: Raster) -> tuple[int, int]:
    """(height, width)"""
    if isinstance(raster, Image.Image):
        return raster.height, raster.width
    return raster.shape[0], raster.shape[1]
