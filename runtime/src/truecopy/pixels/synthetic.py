"""Four small pictures made by code: the golden samples that give nothing private away."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from .arrays import Pixels

_SEED = 20


def golden_images() -> tuple[tuple[str, bytes], ...]:
    """(name, encoded image), the same pixels on every host.

    The sizes are odd, landscape and portrait; "noise" has a height above twice its width, which is where
    Pillow 13 turns the order of its passes around in a resize that keeps the aspect.
    """
    return (
        ("gradient", _encode(_gradient(71, 123), "JPEG", quality=92)),
        ("edges", _encode(_edges(101, 67), "PNG")),
        ("noise", _encode(_noise(127, 47), "PNG")),
        ("grey", _encode(_gradient(83, 109)[:, :, 0], "PNG")),
    )


def _gradient(height: int, width: int) -> Pixels:
    """Red grows to the right, green downwards, blue falls along the diagonal."""
    rows, columns = np.mgrid[:height, :width]
    red = columns * 255 // (width - 1)
    green = rows * 255 // (height - 1)
    return np.stack([red, green, 255 - (red + green) // 2], axis=-1).astype(np.uint8)


def _edges(height: int, width: int) -> Pixels:
    """Stripes, a chequerboard and a diagonal: full contrast at several periods, another one per channel."""
    rows, columns = np.mgrid[:height, :width]
    red = columns // 3 % 2
    green = (rows // 5 + columns // 7) % 2
    blue = rows * width > columns * height
    return (np.stack([red, green, blue], axis=-1) * 255).astype(np.uint8)


def _noise(height: int, width: int) -> Pixels:
    # The raw stream of a bit generator is what NumPy promises to keep; its distributions may change.
    raw = np.random.PCG64(_SEED).random_raw(height * width * 3)
    return (raw & 255).astype(np.uint8).reshape(height, width, 3)


def _encode(pixels: Pixels, format_name: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format_name, **options)
    return buffer.getvalue()
