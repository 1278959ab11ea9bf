"""One view, ready to run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from truecopy.pixels.frame import Frame
from truecopy.pixels.raster import Array


@dataclass(frozen=True, slots=True)
class View:
    """name: canonical. make: of a frame, the canvas that is seen."""

    name: str
    make: Callable[[Frame], Array]

    def of(self, frame: Frame) -> Array:
        """(h, w, c), uint8 or float32, C-contiguous but for `identity` and corners; a canvas as `Plan.tensor` takes it.

        Raises:
            InputError: this picture has no such view (`five_crop` of one that is smaller than the crop).
        """
        return self.make(frame)
