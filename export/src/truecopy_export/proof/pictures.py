"""Pictures through both preprocessings: decoded by each, transformed by each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from truecopy.errors import InputError, ProofError
from truecopy.intake import ImageIntake, Item
from truecopy.pixels import Picture

from .decoded import decode_apart
from .original import Original
from .tensors import Fed


@dataclass(frozen=True)
class Pictures:
    """Sources are paths of files."""

    original: Original
    intake: ImageIntake

    def feed(self, source: str) -> Fed:
        picture = self.intake.decode(source)
        tensor = self.intake.plan.tensor(self.intake.plan.canvas(picture))
        ours = Item(picture.name, self.intake.feeds(tensor), picture.warnings)
        size = (picture.image.height, picture.image.width)
        if self.original.transform is None:
            return Fed(ours, ours, compared=False, size=size)
        read = self._read(source, picture)
        theirs = self._made(source, read, tensor)
        if self.original.other_decoder is not None:
            by_decoder = partial(self._by_decoder, source, tensor)
            return Fed(ours, theirs, compared=True, size=size, by_decoder=by_decoder)
        return Fed(ours, theirs, compared=True, size=size, decoded=decode_apart(picture.raster, read))

    def refused(self, source: str, error: InputError) -> None:
        """A file that the original turns into a tensor and the copy does not is a difference, not a damaged file."""
        if self.original.transform is None:
            return
        try:
            np.asarray(self.original.transform(self.original.read(source, self.intake.spec)))
        except Exception:  # neither reads it: whatever the original's decoder or transform raises
            return
        raise ProofError(
            f"the original reads {Path(source).name}, the copy refuses it: {error}",
            where="stage decode",
            fix="If no such file will be met where the model runs, take it out of the proof folder",
        ) from error

    def _read(self, path: str, picture: Picture) -> Image.Image:
        """The file by the original's decoder; where that is not reproduced, the copy's own pixels: all that follows the
        decoder is compared on the same array.
        """
        if self.original.other_decoder is not None:
            return picture.image
        try:
            return self.original.read(path, self.intake.spec)
        except Exception as error:  # another library's decoder
            raise ProofError(
                f"the original cannot read {Path(path).name}: {type(error).__name__}: {error}",
                where="stage decode",
            ) from error

    def _made(self, path: str, decoded: Image.Image, ours: np.ndarray) -> Item:
        """What the original library makes of its decoded file."""
        assert self.original.transform is not None  # noqa: S101 - asked before
        try:
            array = np.asarray(self.original.transform(decoded))
        except Exception as error:  # the transform is the user's own code
            raise ProofError(
                f"the original transform fails on {Path(path).name}: {type(error).__name__}: {error}",
                where="stage tensor",
            ) from error
        if array.dtype != np.float32:
            raise ProofError(
                f"the transform makes {array.dtype} of {Path(path).name}",
                expected="float32",
                where="stage tensor",
            )
        if array.ndim == 3 and self.intake.graph_input.layout == "NHWC":
            array = array.transpose(1, 2, 0)
        if array.shape != ours.shape:
            raise ProofError(
                f"the transform makes another shape of {Path(path).name} than its steps",
                expected=str(array.shape),
                got=str(ours.shape),
                where="stage tensor",
            )
        return Item(path, self.intake.feeds(np.ascontiguousarray(array, dtype=ours.dtype)))

    def _by_decoder(self, path: str, ours: np.ndarray) -> Item:
        """What the original makes of the file by its own decoder."""
        assert self.original.load is not None  # noqa: S101 - another decoder has its own way to load
        try:
            decoded = self.original.load(path)
        except Exception as error:  # another library's decoder
            raise ProofError(
                f"{self.original.other_decoder} cannot read {Path(path).name}: {type(error).__name__}: {error}",
                where="stage decode",
                fix="Take the file out of the proof folder: the original would not have met it",
            ) from error
        return self._made(path, decoded, ours)
