"""Pillow's resampling by Pillow itself, one axis a call: the same pixels whatever Pillow is installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from PIL import Image
from PIL.Image import Resampling

from truecopy.contract.resize import AnyFilter, Filter, PassOrder, Resize, ResizeBox
from truecopy.pixels.boxes import box_passes, box_sides
from truecopy.pixels.passes import Size, pass_sizes
from truecopy.pixels.raster import Raster, as_image

FILTERS: Mapping[AnyFilter, Resampling] = {
    "nearest": Resampling.NEAREST,
    "box": Resampling.BOX,
    "bilinear": Resampling.BILINEAR,
    "hamming": Resampling.HAMMING,
    "bicubic": Resampling.BICUBIC,
    "lanczos": Resampling.LANCZOS,
}


def resize(raster: Raster, size: Size, step: Resize) -> Image.Image:
    """Resample 8-bit RGB or L to `size` = (height, width)."""
    # `pass_order` and one of Pillow's filters stand in every step of this kernel.
    return resample(
        as_image(raster),
        size,
        resampling=cast("Filter", step.filter),
        pass_order=cast("PassOrder", step.pass_order),
    )


def resample(image: Image.Image, size: Size, *, resampling: Filter, pass_order: PassOrder) -> Image.Image:
    """`image` at `size`; the same size is the image itself."""
    for height, width in pass_sizes(
        (image.height, image.width), size, resampling=resampling, pass_order=pass_order
    ):
        # Never both axes in one call: their order is Pillow's, and Pillow 13 changed it.
        image = image.resize((width, height), FILTERS[resampling])  # PIL: (width, height)
    return image


def resize_box(raster: Raster, step: ResizeBox) -> Image.Image:
    """Resample the centred box of 8-bit RGB or L to the step's size.

    Source: keras/src/utils/image_utils.py `load_img(keep_aspect_ratio=True)`, `Image.resize(box=...)`.
    """
    image = as_image(raster)
    if step.filter == "nearest":
        # It picks pixels along both axes at once.
        rows, columns = box_sides(step, (image.height, image.width))
        box = (columns.first, rows.first, columns.end, rows.end)
        return image.resize(step.size[::-1], FILTERS[step.filter], box)
    for one in box_passes(step, (image.height, image.width)):
        # The box spans the other axis whole, so Pillow leaves that axis alone.
        if one.axis == 1:
            size, box = (one.side, image.height), (one.first, 0, one.end, image.height)
        else:
            size, box = (image.width, one.side), (0, one.first, image.width, one.end)
        image = image.resize(size, FILTERS[step.filter], box)
    return image
