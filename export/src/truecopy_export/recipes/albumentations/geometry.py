"""Resize, crop and pad of albumentations and albumentationsx.

Source: albumentations 2.0.8 `augmentations/geometric/{resize,pad,functional}.py`, `augmentations/crops/transforms.py`;
albumentationsx 2.5.1 `augmentations/geometric/resize.py` (LetterBox).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from truecopy.contract import CenterCrop, Pad, PadTo, Resize
from truecopy.contract.steps import Fill, PadMode
from truecopy.errors import RecipeError
from truecopy_export.recipes.array_reading import ArrayReading, opencv_filter
from truecopy_export.recipes.recipe import TRAINING

# cv2.BORDER_CONSTANT, _REPLICATE, _REFLECT and _REFLECT_101, by NumPy's names.
_BORDERS: Mapping[int, PadMode] = {0: "constant", 1: "edge", 2: "symmetric", 4: "reflect"}


def _area(part: Any) -> bool:
    return part.area_for_downscale in ("image", "image_mask")


def _resize(part: Any, reading: ArrayReading) -> None:
    reading.add(
        Resize(
            rule="exact",
            size=(part.height, part.width),
            kernel="cv2",
            filter=opencv_filter(part.interpolation),
            area_for_downscale=_area(part),
        )
    )


def _smallest_max_size(part: Any, reading: ArrayReading) -> None:
    if part.max_size_hw is not None:
        raise RecipeError(
            "max_size_hw of SmallestMaxSize", got=repr(part.max_size_hw), fix="max_size=... can be expressed"
        )
    reading.add(
        Resize(
            rule="scale_short",
            size=_one_size(part.max_size),
            kernel="cv2",
            filter=opencv_filter(part.interpolation),
            area_for_downscale=_area(part),
        )
    )


def _longest_max_size(part: Any, reading: ArrayReading) -> None:
    """With both sides of `max_size_hw` the scale is the smaller one of both: the rule of a letterbox."""
    pair = part.max_size_hw
    if pair is not None and None in pair:
        raise RecipeError(
            "max_size_hw of LongestMaxSize with one side alone",
            got=repr(pair),
            fix="max_size=..., or both sides, can be expressed",
        )
    reading.add(
        Resize(
            rule="scale_long" if pair is None else "scale_fit",
            size=_one_size(part.max_size) if pair is None else (pair[0], pair[1]),
            no_upscale=False,
            kernel="cv2",
            filter=opencv_filter(part.interpolation),
            area_for_downscale=_area(part),
        )
    )


def _one_size(max_size: Any) -> int:
    if isinstance(max_size, list | tuple):
        raise RecipeError(f"max_size is one of {list(max_size)}, at random: {TRAINING}")
    return int(max_size)


def _letter_box(part: Any, reading: ArrayReading) -> None:
    """albumentationsx: resize to fit, then pad with `fill`."""
    height, width = part.size
    reading.add(
        Resize(
            rule="scale_fit",
            size=(height, width),
            no_upscale=False,
            kernel="cv2",
            filter=opencv_filter(part.interpolation),
            area_for_downscale=False,
        )
    )
    _pad_up((height, width), part.position, "constant", part.fill, reading)


def _center_crop(part: Any, reading: ArrayReading) -> None:
    if part.pad_if_needed:
        mode = _border(part.border_mode)
        _pad_up((part.height, part.width), part.pad_position, mode, part.fill, reading)
    elif reading.now.size is None:
        reading.note("albumentations refuses a picture smaller than its CenterCrop; here it is padded with 0")
    reading.add(CenterCrop(size=(part.height, part.width), offset="floor", pad_before="floor", fill=0))


def _pad_if_needed(part: Any, reading: ArrayReading) -> None:
    if part.min_height is None or part.min_width is None:
        raise RecipeError(
            "PadIfNeeded up to a multiple",
            got=f"pad_height_divisor={part.pad_height_divisor}, pad_width_divisor={part.pad_width_divisor}",
            fix="min_height and min_width can be expressed",
        )
    size = (part.min_height, part.min_width)
    _pad_up(size, part.position, _border(part.border_mode), part.fill, reading)


def _pad_up(size: tuple[int, int], position: Any, mode: PadMode, fill: Any, reading: ArrayReading) -> None:
    if position == "random":
        raise RecipeError(f"it pads at a random position: {TRAINING}")
    if position not in ("center", "top_left"):
        raise RecipeError(
            "the position of the picture", expected="'center' or 'top_left'", got=repr(position)
        )
    # The picture at the top left: everything that is missing goes below and to the right.
    reading.add(
        PadTo(
            size=size,
            position="floor" if position == "center" else "top_left",
            fill=_fill(fill, reading) if mode == "constant" else 0,
            mode=mode,
        )
    )


def _pad(part: Any, reading: ArrayReading) -> None:
    given = part.padding if isinstance(part.padding, list | tuple) else (part.padding,) * 2
    left, top, right, bottom = given if len(given) == 4 else (*given, *given)
    mode = _border(part.border_mode)
    fill = _fill(part.fill, reading) if mode == "constant" else 0
    reading.add(Pad(top=int(top), bottom=int(bottom), left=int(left), right=int(right), mode=mode, fill=fill))


def _border(border_mode: Any) -> PadMode:
    if border_mode not in _BORDERS:
        raise RecipeError(
            "the border mode",
            expected="cv2.BORDER_CONSTANT, BORDER_REPLICATE, BORDER_REFLECT or BORDER_REFLECT_101",
            got=repr(border_mode),
        )
    return _BORDERS[border_mode]


def _fill(fill: Any, reading: ArrayReading) -> Fill:
    """A float goes to every channel; anything else is OpenCV's Scalar, whose missing channels are 0.

    OpenCV rounds half to even and saturates for 8-bit pixels (`saturate_cast`).
    """
    now = reading.now
    given = (
        (fill,) * now.channels
        if isinstance(fill, float)
        else fill
        if isinstance(fill, list | tuple)
        else (fill,)
    )
    levels = [float(level) for level in (*given, *(0,) * now.channels)[: now.channels]]
    if now.dtype == "uint8":
        levels = [float(min(max(round(level), 0), 255)) for level in levels]
    if not all(level.is_integer() and 0 <= level <= 255 for level in levels):
        raise RecipeError("the fill of numbers", expected="whole numbers of 0 to 255", got=repr(fill))
    whole = tuple(int(level) for level in levels)
    return whole[0] if len(set(whole)) == 1 else whole


GEOMETRY_READERS: Mapping[str, Callable[[Any, ArrayReading], None]] = {
    "CenterCrop": _center_crop,
    "LetterBox": _letter_box,
    "LongestMaxSize": _longest_max_size,
    "Pad": _pad,
    "PadIfNeeded": _pad_if_needed,
    "Resize": _resize,
    "SmallestMaxSize": _smallest_max_size,
}
