"""torch's native 8-bit resize."""

from __future__ import annotations

from truecopy.contract.resize import Resize
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Array, Raster


def resize(raster: Raster, size: Size, step: Resize) -> Array:
    """To be written."""
    raise NotImplementedError
