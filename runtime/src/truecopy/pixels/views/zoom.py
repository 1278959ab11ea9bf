"""`scale:F`: closer to the centre; the canvas keeps its size."""

from __future__ import annotations

from fractions import Fraction

from truecopy.contract.steps import CenterCrop
from truecopy.pixels.geometry import center_crop
from truecopy.pixels.kernels.pillow import resample
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array, as_array, as_image


def zoom(canvas: Array, factor: str) -> Array:
    """The 8-bit canvas (h, w, c) enlarged, and its centre cut to (h, w).

    Source: Pillow's `Image.resize` (bilinear, the horizontal pass first), then torchvision's `center_crop`.
    """
    height, width = canvas.shape[:2]
    larger = as_array(
        resample(
            as_image(canvas),
            enlarged((height, width), factor),
            resampling="bilinear",
            pass_order="horizontal",
        )
    )
    step = CenterCrop(size=(height, width), offset="half_even", pad_before="floor", fill=0)
    seen: Array = center_crop(larger, step).copy()
    return seen


def enlarged(size: Size, factor: str) -> Size:
    """Each side times the decimal `factor`, exactly, rounded half to even as Python's `round` does."""
    times = Fraction(factor)
    return round(size[0] * times), round(size[1] * times)
