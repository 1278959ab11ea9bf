"""Which function resamples for which kernel of the contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from truecopy.contract.resize import Kernel, Resize, ResizeBox
from truecopy.pixels.passes import Size
from truecopy.pixels.raster import Raster

ResizeKernel: TypeAlias = Callable[[Raster, Size, Resize], Raster]


@dataclass(frozen=True, slots=True)
class Kernels:
    """resize: (picture, (height, width), step) to the resampled picture; the size differs from the picture's."""

    resize: Mapping[Kernel, ResizeKernel]
    resize_box: Callable[[Raster, ResizeBox], Raster]
