"""Pixels as a small JPEG inside the page."""

from __future__ import annotations

import base64
import io

import numpy as np

SIDE = 160
QUALITY = 80
# A picture of a few pixels is shown enlarged, where each of them is seen.
FEW, QUALITY_OF_FEW = 64, 95


def thumbnail(pixels: np.ndarray, side: int = SIDE) -> tuple[str, tuple[int, int]]:
    """A `data:` URI and the picture's (w, h): the longer side at most `side`, never enlarged.

    pixels: uint8 (h, w, 3) in RGB, or (h, w, 1) grey, as the model sees them: nothing is turned, and nothing of the
    file but its pixels is taken along.
    """
    from PIL import Image

    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    image.thumbnail((side, side), Image.Resampling.BOX, reducing_gap=None)
    file = io.BytesIO()
    quality = QUALITY_OF_FEW if max(image.size) < FEW else QUALITY
    image.save(file, "JPEG", quality=quality, subsampling=0)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode('ascii')}", image.size
