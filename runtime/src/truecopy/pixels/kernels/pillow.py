"""Pillow's resampling by Pillow itself, one axis a call: the same pixels whatever Pillow is installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from PIL import Image
from PIL.Image import Resampling

from truecopy.contract.resize import AnyFilter, Filter, PassOrder, Resize, ResizeBox
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
    """Source: keras/src/utils/image_utils.py `load_img(keep_aspect_ratio=True)`."""
    raise NotImplementedError
