"""NumPy frames: uint8 (h, w) grey, or uint8 (h, w, 3) with the channel order said. Anything else says what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import cv2
import numpy as np
from PIL import Image

from truecopy.errors import AmbiguousChannels, Unsupported
from truecopy.limits import Limits

from .budget import check_pixels

if TYPE_CHECKING:
    import numpy.typing as npt

ChannelOrder: TypeAlias = Literal["RGB", "BGR"]
Pixels: TypeAlias = "npt.NDArray[np.uint8]"

_EXPECTED = "uint8 pixels, (height, width) or (height, width, 3)"


def image_from_array(
    array: npt.NDArray[Any], color: ChannelOrder | None, name: str, limits: Limits
) -> Image.Image:
    """Make a PIL image, mode L or RGB, that shares no memory with `array`.

    Raises:
        Unsupported, AmbiguousChannels, TooLarge: each with the fix.
    """
    if fix := _shape_fix(array) or _dtype_fix(array):
        raise Unsupported(
            "the array is not a picture",
            expected=_EXPECTED,
            got=f"{array.dtype} of shape {array.shape}",
            where=name,
            fix=fix,
        )
    _check_color(array, color, name)
    check_pixels(array.shape[0], array.shape[1], limits, what="the array", where=name)
    pixels = np.ascontiguousarray(array)
    if color == "BGR":
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    image = Image.fromarray(pixels)
    # Pillow maps a grey array's memory instead of copying it, and the caller may write the next frame there.
    return image.copy() if image.readonly else image


def _shape_fix(array: npt.NDArray[Any]) -> str | None:
    """What to type for this shape, or None where it is a picture's."""
    if array.size == 0:
        return "The array is empty: check the crop or the read that made it"
    match array.shape:
        case (_, _) | (_, _, 3):
            return None
        case (_, _, _, _):
            return "This is a batch; pass the frames one by one: [model(frame, color=...) for frame in batch]"
        case (_, _, 1):
            return "Drop the last axis: array[:, :, 0]"
        case (_, _, 4):
            return "Drop the alpha channel: array[:, :, :3]"
        case (3, _, _):
            return "The channels come first; move them to the end: array.transpose(1, 2, 0)"
        case (1, _, _):
            return "Drop the first axis: array[0]"
        case _:
            return "Pass one picture"


def _dtype_fix(array: npt.NDArray[Any]) -> str | None:
    """What to type for this dtype, or None where it is uint8."""
    if array.dtype == np.uint8:
        return None
    if array.dtype.kind == "f":
        return "Pass the pixels before any scaling; where they lie in 0..1, multiply by 255 and cast to uint8"
    if array.dtype == np.uint16:
        return "Bring 16 bits down to 8: (array >> 8).astype(np.uint8)"
    return "Cast pixels that lie in 0..255: array.astype(np.uint8)"


def _check_color(array: npt.NDArray[Any], color: str | None, name: str) -> None:
    if color not in (None, "RGB", "BGR"):
        raise Unsupported(
            "unknown channel order", expected='color="RGB" or color="BGR"', got=repr(color), where=name
        )
    if array.ndim == 3 and color is None:
        raise AmbiguousChannels(
            "an array of three channels does not say their order",
            got=f"shape {array.shape}",
            where=name,
            fix='Say color="RGB" or color="BGR"; a cv2 frame is BGR',
        )
    if array.ndim == 2 and color is not None:
        raise Unsupported(
            "a grey array has no channel order",
            got=f"shape {array.shape} with color={color!r}",
            where=name,
            fix="Leave `color` out",
        )
