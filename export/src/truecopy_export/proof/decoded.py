"""Are two decoded pictures the same, pixel by pixel? Asked of every picture of a proof, so it costs little."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from truecopy.pixels.raster import Raster, as_array, size_of

from .parity import Apart

# As many rows at a time stay in the CPU's cache: a fraction of what a comparison of the whole picture takes.
_ROWS = 64


def decode_apart(ours: Raster, theirs: Image.Image) -> Apart:
    """Levels that differ between two decoded pictures. Where one is larger, all that it has more."""
    height, width = size_of(ours)
    channels = len(ours.getbands()) if isinstance(ours, Image.Image) else ours.shape[2]
    values = height * width * channels
    if theirs.size == (width, height) and len(theirs.getbands()) == channels:
        strips = ((top, min(top + _ROWS, height)) for top in range(0, height, _ROWS))
        if all(_same(ours, theirs, top, bottom) for top, bottom in strips):
            return Apart(values, 0, 0.0)
    mine, other = as_array(ours), as_array(theirs)
    if mine.shape != other.shape:
        return Apart(max(mine.size, other.size), max(mine.size, other.size), 255.0)
    levels = np.abs(mine.astype(np.int16) - other)
    return Apart(values, int(np.count_nonzero(levels)), float(levels.max()))


def _same(ours: Raster, theirs: Image.Image, top: int, bottom: int) -> bool:
    part = theirs.crop((0, top, theirs.width, bottom))
    if isinstance(ours, Image.Image):
        if ours.mode != theirs.mode:
            return False
        mine = ours.crop((0, top, ours.width, bottom))
        return ImageChops.difference(mine, part).getbbox() is None
    return np.array_equal(ours[top:bottom], as_array(part))
