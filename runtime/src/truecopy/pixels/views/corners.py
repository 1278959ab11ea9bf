"""The four corners of `five_crop`; its centre is `identity`."""

from __future__ import annotations

from truecopy.errors import InputError
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array, Raster, as_array


def corner_crop(raster: Raster, *, corner: str, size: Size) -> Array:
    """`size` = (height, width) out of one corner of what the last crop is given: `top_left`, `bottom_right`, ...

    Source: torchvision/transforms/functional.py `five_crop`.

    Raises:
        InputError: the picture is smaller than the crop there.
    """
    pixels = as_array(raster)
    height, width = size
    if pixels.shape[0] < height or pixels.shape[1] < width:
        raise InputError(
            "the picture is smaller than the crop where five_crop cuts its corners",
            expected=f"at least {height} x {width} (height x width)",
            got=f"{pixels.shape[0]} x {pixels.shape[1]}",
            fix="Leave five_crop out for such pictures",
        )
    vertical, _, horizontal = corner.partition("_")
    top = 0 if vertical == "top" else pixels.shape[0] - height
    left = 0 if horizontal == "left" else pixels.shape[1] - width
    return pixels[top : top + height, left : left + width]
