"""OpenCV's 8-bit resize, by OpenCV itself.

The result depends on neither threads nor memory layout nor, but for `bicubic`, on the CPU: of OpenCV's x86 builds
Intel's IPP computes the cubic in float32, with other code on other CPUs (`truecopy.pixels.literal.opencv`).
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from truecopy.contract.resize import AnyFilter, Resize
from truecopy.errors import InputError
from truecopy.pixels.arrays import Pixels
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Raster, as_array

_FLAGS: Mapping[AnyFilter, int] = {
    "nearest": cv2.INTER_NEAREST,
    "bilinear": cv2.INTER_LINEAR,
    "bicubic": cv2.INTER_CUBIC,
    "area": cv2.INTER_AREA,
    "lanczos": cv2.INTER_LANCZOS4,
}


def resize(raster: Raster, size: Size, step: Resize) -> Pixels:
    """uint8 (h, w, c) to `size` = (height, width).

    `area_for_downscale`: INTER_AREA as soon as one side shrinks, even where the other grows.
    Source: albumentations 2.0.8 geometric/resize.py `Resize.apply`; `LongestMaxSize` and `SmallestMaxSize` ask for
    scale < 1.0, which is the same: the side that they fit shrinks then.

    Raises:
        InputError: OpenCV cannot make this picture.
    """
    pixels: Pixels = np.ascontiguousarray(as_array(raster))
    height, width, channels = pixels.shape
    name: AnyFilter = step.filter
    if step.area_for_downscale is True and (size[0] < height or size[1] < width):
        name = "area"
    try:
        resized: Pixels = cv2.resize(pixels, size[::-1], interpolation=_FLAGS[name])  # cv2: (width, height)
    except cv2.error as error:
        raise InputError(
            "OpenCV cannot resize the picture",
            expected=f"{size[1]} x {size[0]} (width x height), filter {name}",
            got=f"{width} x {height}, {channels} channels: {str(error).strip()}",
        ) from error
    # cv2 drops the axis of a single channel.
    return resized.reshape(*size, channels)
