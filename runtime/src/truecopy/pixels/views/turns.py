"""Flips and quarter turns of a canvas (h, w, c). They move pixels and compute nothing: exact by nature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import cv2

from truecopy.pixels.raster import Array

Turn: TypeAlias = Callable[[Array], Array]


def horizontal_flip(canvas: Array) -> Array:
    """Left becomes right.

    Source: torchvision/transforms/functional.py `hflip`; PIL `FLIP_LEFT_RIGHT`.
    """
    seen: Array = cv2.flip(canvas, 1).reshape(canvas.shape)
    return seen


def vertical_flip(canvas: Array) -> Array:
    """Top becomes bottom.

    Source: torchvision/transforms/functional.py `vflip`; PIL `FLIP_TOP_BOTTOM`.
    """
    seen: Array = cv2.flip(canvas, 0).reshape(canvas.shape)
    return seen


def rotate_90(canvas: Array) -> Array:
    """Clockwise, (w, h, c): PIL `ROTATE_270`, torchvision `rotate(-90)`, both of which count the other way."""
    height, width, channels = canvas.shape
    seen: Array = cv2.rotate(canvas, cv2.ROTATE_90_CLOCKWISE).reshape(width, height, channels)
    return seen


def rotate_180(canvas: Array) -> Array:
    """PIL `ROTATE_180`."""
    seen: Array = cv2.rotate(canvas, cv2.ROTATE_180).reshape(canvas.shape)
    return seen


def rotate_270(canvas: Array) -> Array:
    """Clockwise, (w, h, c): PIL `ROTATE_90`, torchvision `rotate(90)`."""
    height, width, channels = canvas.shape
    seen: Array = cv2.rotate(canvas, cv2.ROTATE_90_COUNTERCLOCKWISE).reshape(width, height, channels)
    return seen


TURN: Mapping[str, Turn] = {
    "horizontal_flip": horizontal_flip,
    "vertical_flip": vertical_flip,
    "rotate_90": rotate_90,
    "rotate_180": rotate_180,
    "rotate_270": rotate_270,
}
