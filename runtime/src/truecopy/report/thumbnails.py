"""Pixels as a small picture inside the page."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

SIDE = 160
QUALITY = 80
# A picture of a few pixels is shown enlarged, where each of them is seen.
FEW, QUALITY_OF_FEW = 64, 95


def thumbnail(pixels: np.ndarray, side: int = SIDE) -> tuple[str, tuple[int, int]]:
    """A `data:` URI and the picture's (w, h): the longer side at most `side`, never enlarged.

    pixels: uint8 (h, w, 3) in RGB, or (h, w, 1) grey, as the model sees them: nothing is turned, and nothing of the
    file but its pixels is taken along.
    """
    image = _small(pixels, side)
    quality = QUALITY_OF_FEW if max(image.size) < FEW else QUALITY
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, subsampling=0)
    return _uri("jpeg", file), image.size


def lossless(pixels: np.ndarray, side: int = SIDE) -> tuple[str, tuple[int, int]]:
    """The same without a loss, for what is no photograph: a map of differences, where JPEG would show some of its own."""
    image = _small(pixels, side)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return _uri("png", file), image.size


def _small(pixels: np.ndarray, side: int) -> Image.Image:
    from PIL import Image

    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    image.thumbnail((side, side), Image.Resampling.BOX, reducing_gap=None)
    return image


def _uri(kind: str, file: io.BytesIO) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
