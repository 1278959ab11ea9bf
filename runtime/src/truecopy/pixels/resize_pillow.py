"""Pillow's resampling by Pillow itself, one axis a call: the same pixels whatever Pillow is installed."""

from __future__ import annotations

from PIL import Image
from PIL.Image import Resampling

from truecopy.contract.steps import Filter, PassOrder

from .passes import Size, pass_sizes

FILTERS: dict[Filter, Resampling] = {
    "nearest": Resampling.NEAREST,
    "box": Resampling.BOX,
    "bilinear": Resampling.BILINEAR,
    "hamming": Resampling.HAMMING,
    "bicubic": Resampling.BICUBIC,
    "lanczos": Resampling.LANCZOS,
}


def resize(image: Image.Image, size: Size, *, resampling: Filter, pass_order: PassOrder) -> Image.Image:
    """Resample an 8-bit RGB or L image to `size` = (height, width); the same size is the image itself."""
    pillow_filter = FILTERS[resampling]
    for height, width in pass_sizes(
        (image.height, image.width), size, resampling=resampling, pass_order=pass_order
    ):
        # Never both axes in one call: their order is Pillow's, and Pillow 13 changed it.
        image = image.resize((width, height), pillow_filter)  # PIL: (width, height)
    return image
