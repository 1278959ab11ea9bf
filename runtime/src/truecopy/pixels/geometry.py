"""Crop, pad and channel order on 8-bit PIL images, RGB or L. Sizes are (height, width); nothing is changed in place."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PIL import Image

from truecopy.contract.steps import Fill

from .passes import Size


def center_crop(
    image: Image.Image,
    *,
    size: Size,
    offset: Literal["half_even", "floor"],
    pad_before: Literal["floor", "ceil"],
    fill: Fill,
) -> Image.Image:
    """Cut `size` out of the middle; a side that is too small gets `fill` on both ends.

    Source: torchvision/transforms/functional.py `center_crop` (half_even, floor); transformers/image_transforms.py
    (floor; its PIL backend pads `ceil`).
    """
    top, missing_top = _center(image.height, size[0], offset, pad_before)
    left, missing_left = _center(image.width, size[1], offset, pad_before)
    bottom, right = min(top + size[0], image.height), min(left + size[1], image.width)
    cropped = image.crop((left, top, right, bottom))  # PIL: (left, upper, right, lower)
    # One axis may be cut while the other is padded: they do not know of each other, so cutting first is the same.
    return (
        cropped if cropped.size == size[::-1] else _on_fill(cropped, size, (missing_top, missing_left), fill)
    )


def _center(side: int, wanted: int, offset: str, pad_before: str) -> tuple[int, int]:
    """(pixels to skip, pixels to add before) along one axis; one of them is 0."""
    if side >= wanted:
        # Python's round is half to even.
        return (round((side - wanted) / 2) if offset == "half_even" else (side - wanted) // 2), 0
    missing = wanted - side
    return 0, (missing // 2 if pad_before == "floor" else -(-missing // 2))


def pad(
    image: Image.Image,
    *,
    top: int,
    bottom: int,
    left: int,
    right: int,
    mode: Literal["constant", "edge", "reflect", "symmetric"],
    fill: Fill,
) -> Image.Image:
    """Add rows and columns.

    Source: torchvision/transforms/_functional_pil.py `pad`.
    """
    if mode == "constant":
        return _on_fill(image, (top + image.height + bottom, left + image.width + right), (top, left), fill)
    pixels = np.asarray(image)
    margins = ((top, bottom), (left, right), (0, 0))[: pixels.ndim]
    return Image.fromarray(np.pad(pixels, margins, mode))


def _on_fill(image: Image.Image, size: Size, corner: tuple[int, int], fill: Fill) -> Image.Image:
    """Paste `image` with its top left corner at (row, column) on a canvas of `fill`."""
    colors = fill if isinstance(fill, tuple) else (fill,) * len(image.getbands())
    canvas = Image.new(image.mode, size[::-1], colors)  # PIL: (width, height)
    canvas.paste(image, corner[::-1])  # PIL: (left, upper)
    return canvas


def swap_rb(image: Image.Image) -> Image.Image:
    """Exchange red and blue; Pillow goes on calling the image RGB."""
    red, green, blue = image.split()
    return Image.merge("RGB", (blue, green, red))
