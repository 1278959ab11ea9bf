"""One picture on its way to the canvas, held before its last crop: what all views of it share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from truecopy.errors import InputError

from .raster import Array, Raster, as_array

Operation: TypeAlias = Callable[[Raster], Raster]


class Frame:
    """Made by `Plan.frame`: decoded and resized once. For one thread.

    name: of the picture, for messages.
    """

    __slots__ = ("_after", "_canvas", "_check", "_crop", "_raster", "name")

    def __init__(
        self,
        name: str,
        raster: Raster,
        crop: Operation,
        after: tuple[Operation, ...],
        check: Callable[[Raster], None],
    ) -> None:
        """raster: what `crop` is given; after: what follows it, pixel by pixel; check: raises for a wrong canvas."""
        self.name = name
        # One array for all crops: each look at a PIL image would copy its pixels.
        self._raster: Raster = as_array(raster)
        self._crop, self._after, self._check = crop, after, check
        self._canvas: Array | None = None

    @property
    def canvas(self) -> Array:
        """(h, w, c) after all geometry, read-only: uint8, or float32 where a kernel makes floats. Made once.

        Raises:
            InputError: the picture does not lead to the graph's size.
        """
        if self._canvas is None:
            # A view of its own, so that only it is locked: all views of the picture are made of it.
            self._canvas = self.cut(self._crop).view()
            self._canvas.setflags(write=False)
        return self._canvas

    def cut(self, crop: Operation) -> Array:
        """The canvas, had `crop` stood in the place of the last crop.

        Raises:
            InputError: the picture is too small, or does not lead to the graph's size.
        """
        try:
            raster = crop(self._raster)
            for operation in self._after:
                raster = operation(raster)
            self._check(raster)
        except InputError as error:
            raise type(error).of(error, where=self.name) from error
        return as_array(raster)
