"""Crop, pad and channel order on arrays (h, w, c), uint8 or float32. Sizes are (height, width); nothing is changed in
place.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import UNSET

from truecopy.contract.steps import CenterCrop, Fill, Pad, PadMode, PadTo
from truecopy.errors import InputError

from .passes import Size
from .raster import Array


def center_crop(pixels: Array, step: CenterCrop) -> Array:
    """Cut the step's size out of the middle; a side that is too small gets `fill` on both ends.

    Source: torchvision/transforms/functional.py `center_crop` (half_even, floor); transformers/image_transforms.py
    (floor; its PIL backend pads `ceil`).
    """
    height, width = crop_size(step, (pixels.shape[0], pixels.shape[1]))
    top, missing_top = _center(pixels.shape[0], height, step.offset, step.pad_before)
    left, missing_left = _center(pixels.shape[1], width, step.offset, step.pad_before)
    cropped = pixels[top : top + height, left : left + width]
    # One axis may be cut while the other is padded: they do not know of each other, so cutting first is the same.
    if cropped.shape[:2] == (height, width):
        return cropped
    return _on_fill(cropped, (height, width), (missing_top, missing_left), step.fill)


def crop_size(step: CenterCrop, size: Size) -> Size:
    """What `step` cuts out of a picture of `size`.

    Raises:
        InputError: a side would have no pixels.
    """
    height, width = size
    if step.size is not UNSET:
        return step.size
    match step.rule, step.frac, step.aspect:
        case "short_frac", (frac_h, frac_w), _:
            # transformers models/perceiver/image_processing_perceiver.py `center_crop`
            short = min(height, width)
            made = int(frac_h * short), int(frac_w * short)
        case "aspect", _, (aspect_h, aspect_w):
            # keras/src/utils/image_utils.py `smart_resize`: TensorFlow divides float32 and truncates.
            crop_h = int(np.float32(width * aspect_h) / np.float32(aspect_w))
            crop_w = int(np.float32(height * aspect_w) / np.float32(aspect_h))
            made = max(min(height, crop_h), 1), max(min(width, crop_w), 1)
        case "fastai", _, (aspect_h, aspect_w):
            # fastai/vision/augment.py `Resize` (ResizeMethod.Crop)
            by_width, by_height = width / aspect_w, height / aspect_h
            times = by_width if by_width < by_height else by_height
            made = int(times * aspect_h), int(times * aspect_w)
        case _:  # short_square: ultralytics/data/augment.py `CenterCrop`
            made = min(height, width), min(height, width)
    if 0 in made:
        raise InputError(
            f"the picture is too small for crop rule {step.rule!r}: a side would have no pixels",
            got=f"{width} x {height} (width x height)",
        )
    return made


def _center(side: int, wanted: int, offset: str, pad_before: str) -> tuple[int, int]:
    """(pixels to skip, pixels to add before) along one axis; one of them is 0."""
    if side >= wanted:
        # Python's round is half to even.
        return (round((side - wanted) / 2) if offset == "half_even" else (side - wanted) // 2), 0
    missing = wanted - side
    return 0, (missing // 2 if pad_before == "floor" else -(-missing // 2))


def pad(pixels: Array, step: Pad) -> Array:
    """Add rows and columns.

    Source: torchvision/transforms/_functional_pil.py `pad`.
    """
    return _padded(pixels, (step.top, step.bottom), (step.left, step.right), step.mode, step.fill)


def pad_to(pixels: Array, step: PadTo) -> Array:
    """Add rows and columns up to a size.

    Source: ultralytics/data/augment.py `LetterBox`; albumentations `PadIfNeeded`; transformers `pad` of Donut.
    """
    rows, columns = (
        _split(max(wanted - side, 0), step.position)
        for side, wanted in zip(pixels.shape, step.size, strict=False)
    )
    return _padded(pixels, rows, columns, step.mode, step.fill)


def _split(missing: int, position: Literal["floor", "ceil", "top_left", "letterbox"]) -> tuple[int, int]:
    before = {
        "floor": missing // 2,
        "ceil": -(-missing // 2),
        "top_left": 0,
        "letterbox": round(missing / 2 - 0.1),
    }[position]
    return before, missing - before


def _padded(
    pixels: Array, rows: tuple[int, int], columns: tuple[int, int], mode: PadMode, fill: Fill
) -> Array:
    if rows == columns == (0, 0):
        return pixels
    if mode != "constant":
        return np.pad(pixels, (rows, columns, (0, 0)), mode)
    size = sum(rows) + pixels.shape[0], sum(columns) + pixels.shape[1]
    return _on_fill(pixels, size, (rows[0], columns[0]), fill)


def _on_fill(pixels: Array, size: Size, corner: tuple[int, int], fill: Fill) -> Array:
    """`pixels` with their top left corner at (row, column) on a canvas of `fill`."""
    canvas = np.empty((*size, pixels.shape[2]), pixels.dtype)
    canvas[...] = fill
    canvas[corner[0] : corner[0] + pixels.shape[0], corner[1] : corner[1] + pixels.shape[1]] = pixels
    return canvas


def swap_rb(pixels: Array) -> Array:
    """Exchange the first and the last of three channels."""
    return np.ascontiguousarray(pixels[:, :, ::-1])
