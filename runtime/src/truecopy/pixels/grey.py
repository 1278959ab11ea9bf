"""Colour to grey on 8-bit pixels (h, w, c), by the formula of the library that is named."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from .raster import Array


def grayscale(pixels: Array, method: Literal["pillow", "torchvision", "cv2"], channels: int) -> Array:
    """uint8 (h, w, channels), all channels equal; one channel is taken for grey already."""
    grey = pixels[:, :, 0] if pixels.shape[2] == 1 else _FORMULAS[method](pixels)
    return np.repeat(grey[:, :, np.newaxis], channels, axis=2)


def _pillow(pixels: Array) -> Array:
    """Source: Pillow src/libImaging/Convert.c `L24`, `rgb2l`."""
    red, green, blue = (pixels[:, :, channel].astype(np.uint32) for channel in range(3))
    return ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16).astype(np.uint8)


def _torchvision(pixels: Array) -> Array:
    """Source: torchvision/transforms/_functional_tensor.py `rgb_to_grayscale`."""
    red, green, blue = (pixels[:, :, channel].astype(np.float32) for channel in range(3))
    weights = np.float32(0.2989), np.float32(0.587), np.float32(0.114)
    grey: Array = weights[0] * red + weights[1] * green + weights[2] * blue
    return grey.astype(np.uint8)


def _opencv(pixels: Array) -> Array:
    """Source: modules/imgproc/src/color_rgb.simd.hpp `RGB2Gray<uchar>`."""
    grey: Array = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    return grey


_FORMULAS = {"pillow": _pillow, "torchvision": _torchvision, "cv2": _opencv}
