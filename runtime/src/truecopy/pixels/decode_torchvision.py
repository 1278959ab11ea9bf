"""Decoder `torchvision`: the pixels of `torchvision.io.decode_image(..., mode="RGB")`, without torch.

They are Pillow's for every 8-bit JPEG, PNG, GIF and WebP that it reads (measured: torchvision 0.28, Pillow 13); the
rest is refused. What differs is where a turn is read from.
"""

from __future__ import annotations

import struct

from PIL import Image

from truecopy.contract.document import ImageInput
from truecopy.errors import Unsupported
from truecopy.limits import Limits

from .encoded import load, open_encoded
from .headers import jpeg_app1, png_bit_depth, webp_is_animated
from .policy import apply_policy, convert, turned

_READS = {"JPEG", "MPO", "PNG", "GIF", "WEBP"}
_EXIF_HEADER = 6  # "Exif" and two zeros
_ORIENTATION = 0x0112
_TIFF_MARK = 42


def decode_with_torchvision(
    data: bytes, spec: ImageInput, name: str, limits: Limits
) -> tuple[Image.Image, tuple[str, ...]]:
    """Mode RGB, loaded, and the warnings. Of an animated GIF, whose tensor is a stack, frame 0.

    Raises:
        TooLarge: above the limits, by the header.
        UnreadableInput: not one of the formats, truncated or damaged.
        Unsupported: `decode_image` does not read it, or not into these pixels.
    """
    image = open_encoded(data, name, limits)
    if reason := _refused(image, data):
        raise Unsupported(
            f"torchvision.io.decode_image {reason}",
            got=f"{image.format} of mode {image.mode!r}",
            where=name,
            fix="Save it as an 8-bit PNG, or use a contract of decoder 'pillow'",
        )
    orientation = orientation_of(image, data)  # before Pillow reads what stands behind the pixels
    load(image, name)
    if spec.orientation == "ignore":
        return apply_policy(image, spec, name)
    return turned(convert(image, spec, name), orientation), ()


def _refused(image: Image.Image, data: bytes) -> str | None:
    """Source: torchvision/csrc/io/image/cpu/decode_image.cpp, decode_png.cpp, decode_webp.cpp, decode_gif.cpp."""
    if image.format not in _READS:
        return f"does not read {image.format}"
    if image.format == "PNG" and png_bit_depth(data) == 16:
        return "gives 16 bits for a 16-bit PNG, and the steps take 8"
    if image.format == "WEBP" and webp_is_animated(data):
        return "does not read an animated WebP"
    if image.format == "GIF" and "transparency" in image.info:
        return "fills the transparent pixels of a GIF with its background colour, which is not reproduced"
    return None


def orientation_of(image: Image.Image, data: bytes) -> int:
    """The EXIF orientation of an opened image as torchvision reads it; 1 where it finds none.

    It knows the first APP1 segment of a JPEG, whatever that holds, and the chunk eXIf of a PNG.
    Source: torchvision/csrc/io/image/cpu/exif.h `fetch_exif_orientation`.
    """
    if image.format in ("JPEG", "MPO"):
        return _orientation_in(jpeg_app1(data)[_EXIF_HEADER:])
    if image.format == "PNG":
        exif = image.info.get("exif", b"")
        return _orientation_in(exif.removeprefix(b"Exif\0\0") if isinstance(exif, bytes) else b"")
    return 1


def _orientation_in(tiff: bytes) -> int:
    """The first tag 0x0112 in the first directory; a directory that is cut short ends the search."""
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        if struct.unpack_from(order + "H", tiff, 2)[0] != _TIFF_MARK:
            return 1
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
            if struct.unpack_from(order + "H", tiff, entry)[0] == _ORIENTATION:
                value: int = struct.unpack_from(order + "H", tiff, entry + 8)[0]
                return value
    except struct.error:
        pass
    return 1
