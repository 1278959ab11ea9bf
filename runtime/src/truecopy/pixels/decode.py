"""Any source to one 8-bit picture, by the input policy of a contract."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from PIL import Image, ImageFile

from truecopy.contract.document import ImageInput
from truecopy.errors import Unsupported
from truecopy.limits import DEFAULT_LIMITS, Limits

from .arrays import ChannelOrder, Pixels, image_from_array
from .budget import check_pixels
from .decode_opencv import decode_with_opencv
from .decode_torchvision import decode_with_torchvision
from .encoded import load, open_encoded, read_buffer, read_file, read_stream
from .policy import apply_policy
from .raster import Raster, as_array, as_image

Source: TypeAlias = (
    str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Image.Image | np.ndarray[Any, Any]
)


@dataclass(frozen=True, slots=True)
class Picture:
    """What the steps receive.

    raster: the pixels of `input.color`, loaded: a PIL image of mode "RGB" or "L", which may be the caller's own, or a
    read-only uint8 array (h, w, c). Nothing here changes it.
    name: the file's path as text, or "<bytes>", "<array>", "<PIL image>", "<stream>".
    warnings: sentences for the result, such as an EXIF turn that the contract ignores.
    """

    raster: Raster
    name: str
    warnings: tuple[str, ...]

    @property
    def image(self) -> Image.Image:
        """Mode "RGB" or "L"."""
        return as_image(self.raster)

    def pixels(self) -> Pixels:
        """uint8 (h, w, c), read-only: the `decode` stage."""
        return as_array(self.raster)


def decode(
    source: Source, spec: ImageInput, *, color: ChannelOrder | None = None, limits: Limits = DEFAULT_LIMITS
) -> Picture:
    """Decode frame 0 of `source`; `color` is the channel order of an array with three channels.

    `spec.decoder` decodes what is encoded. Pixels that a PIL image or an array holds are taken as they are; the rules
    of `spec` for EXIF, depth, transparency, CMYK and grey hold for a PIL image, too.

    Raises:
        UnreadableInput, TooLarge, Unsupported, AmbiguousChannels: with the source's name.
    """
    name = source_name(source)
    raster: Raster
    if isinstance(source, np.ndarray):
        raster, warnings = apply_policy(image_from_array(source, color, name, limits), spec, name)
    elif source is None:
        raise Unsupported(
            "there is no picture: the source is None",
            where=name,
            fix="cv2.imread and a camera's read() return None where they fail: check what they return",
        )
    elif color is not None:
        raise Unsupported(
            "`color` is for arrays: every other source knows its channels",
            got=f"color={color!r} with {type(source).__name__}",
            where=name,
            fix="Leave `color` out",
        )
    elif isinstance(source, Image.Image):
        check_pixels(source.height, source.width, limits, what="the image", where=name)
        raster, warnings = apply_policy(load(source, name), spec, name)
    else:
        raster, warnings = _decoded(_read(source, name, limits), spec, name, limits)
    return Picture(raster, name, warnings + _truncation_warning())


def _decoded(data: bytes, spec: ImageInput, name: str, limits: Limits) -> tuple[Raster, tuple[str, ...]]:
    match spec.decoder:
        case "pillow":
            return apply_policy(load(open_encoded(data, name, limits), name), spec, name)
        case "opencv":
            return decode_with_opencv(data, spec, name, limits)
        case "torchvision":
            return decode_with_torchvision(data, spec, name, limits)


def source_name(source: object) -> str:
    """How messages and results call a source."""
    match source:
        case str() | os.PathLike():
            return os.fsdecode(source)
        case bytes() | bytearray() | memoryview():
            return "<bytes>"
        case np.ndarray():
            return "<array>"
        case Image.Image():
            return "<PIL image>"
        case _ if hasattr(source, "read"):
            return "<stream>"
        case _:
            return f"<{type(source).__name__}>"


def _read(source: Any, name: str, limits: Limits) -> bytes:
    match source:
        case str() | os.PathLike():
            return read_file(name, limits)
        case bytes() | bytearray() | memoryview():
            return read_buffer(source, name, limits)
        case _ if hasattr(source, "read"):
            return read_stream(source, name, limits)
        case list() | tuple():
            fix = "Pass a list of sources to model.predict(...)"
        case _:
            fix = "Turn it into one of these first"
    raise Unsupported(
        "this is no source of a picture",
        expected="a path, bytes, a binary stream, a PIL image or a uint8 array",
        got=type(source).__name__,
        fix=fix,
    )


def _truncation_warning() -> tuple[str, ...]:
    """Some training scripts switch Pillow to fill truncated files with grey; the switch is the whole process's."""
    if not ImageFile.LOAD_TRUNCATED_IMAGES:
        return ()
    return ("PIL.ImageFile.LOAD_TRUNCATED_IMAGES is on in this process: a truncated file goes unnoticed",)
