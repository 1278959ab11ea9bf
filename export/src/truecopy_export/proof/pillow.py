"""Run the original transform under the pass order that its training had."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from PIL import Image

from truecopy.contract.resize import PassOrder
from truecopy.pixels.passes import pass_sizes
from truecopy_export.recipes import installed_pass_order


@contextlib.contextmanager
def pillow_passes(order: PassOrder) -> Iterator[None]:
    """Inside, `Image.resize` runs its two passes in `order`, as a Pillow of that time did.

    Only where `--pillow-passes` names another rule than the installed Pillow's. Two one-axis calls are what
    Pillow itself does inside one call (Resample.c, ImagingResample), in an order that we choose.
    """
    if order == installed_pass_order():
        yield
        return
    resize = Image.Image.resize

    def one_axis_at_a_time(
        image: Image.Image, size: Any, resample: Any = None, box: Any = None, reducing_gap: Any = None
    ) -> Image.Image:
        if box is not None or reducing_gap is not None or resample in (None, Image.Resampling.NEAREST):
            return resize(image, size, resample, box, reducing_gap)
        width, height = size
        # The filter does not matter for the order; only nearest has no passes.
        for rows, columns in pass_sizes(
            (image.height, image.width), (height, width), resampling="bilinear", pass_order=order
        ):
            image = resize(image, (columns, rows), resample)
        return image

    Image.Image.resize = one_axis_at_a_time  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Image.Image.resize = resize  # type: ignore[method-assign]
