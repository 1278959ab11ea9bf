"""Decoder `opencv`: the pixels of `cv2.imdecode`, from cv2 itself.

Pillow reads the header first, so that limits and formats hold as for the other decoders, and answers where cv2 gives
no reason. cv2 also writes messages to stderr; its log level belongs to the process and is left alone.
"""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
from PIL import Image

from truecopy.contract.document import ImageInput
from truecopy.errors import UnreadableInput, Unsupported
from truecopy.limits import Limits

from .encoded import load, open_encoded
from .headers import JPEG_SIGNATURE, jpeg_ends, jpeg_size, png_chunks, tiff_tags
from .policy import ignored_turn
from .raster import Array

# OpenCV 4.10 has no RGB flag; from 4.11 on it saves a pass over the picture, and gives the same pixels.
_RGB: int | None = getattr(cv2, "IMREAD_COLOR_RGB", None)
# Width, height, width and height of a tile: libtiff takes the first of two tags, Pillow the last.
_SIZE_TAGS = (256, 257, 322, 323)
_ANIMATION = {b"acTL", b"fcTL", b"fdAT"}


def decode_with_opencv(
    data: bytes, spec: ImageInput, name: str, limits: Limits
) -> tuple[Array, tuple[str, ...]]:
    """uint8 (h, w, c), read-only, and the warnings.

    Source: `cv2.imdecode(data, flags)` with IMREAD_COLOR, turned to RGB, or IMREAD_GRAYSCALE, and with
    IMREAD_IGNORE_ORIENTATION where the contract ignores EXIF. So 16 bits are shifted, alpha is dropped, and a TIFF is
    turned always. Frame 0 of a GIF or WebP is the one that the installed cv2 gives.

    Raises:
        TooLarge: above the limits, by the header.
        UnreadableInput: not one of the formats, truncated, damaged, or of a kind that cv2 does not read.
        Unsupported: an animated PNG.
    """
    image = open_encoded(data, name, limits)
    _check_one_size(image, data, name)
    _check_whole(image, data, name)
    pixels = _imdecode(data, spec)
    if pixels is None:
        load(image, name)
        raise UnreadableInput(
            "OpenCV does not decode this image, which Pillow does",
            got=f"{image.format} of mode {image.mode!r} with OpenCV {cv2.__version__}",
            where=name,
            fix="Save it anew as an 8-bit PNG",
        )
    _check_shape(pixels, image, name)
    warnings = ignored_turn(image) if spec.orientation == "ignore" and _knows_exif(image) else ()
    pixels.flags.writeable = False
    return pixels, warnings


def _imdecode(data: bytes, spec: ImageInput) -> Array | None:
    """uint8 (h, w, c), or None: cv2 says no more than that."""
    flags = cv2.IMREAD_GRAYSCALE if spec.color == "L" else cv2.IMREAD_COLOR if _RGB is None else _RGB
    if spec.orientation == "ignore":
        flags |= cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels: Array | None = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    if pixels is None:
        return None
    if spec.color == "L":
        return pixels[:, :, np.newaxis]
    if _RGB is None:
        cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, dst=pixels)
    return pixels


def _check_one_size(image: Image.Image, data: bytes, name: str) -> None:
    """The size that was held against the limits is the one that cv2 will allocate."""
    if data.startswith(JPEG_SIGNATURE):
        size = jpeg_size(data)
        one = size is None or size == (image.height, image.width)
    elif image.format == "TIFF":
        tags = Counter(tiff_tags(data))
        one = all(tags[tag] <= 1 for tag in _SIZE_TAGS)
    else:
        one = True
    if not one:
        raise UnreadableInput(
            "the image's header says two sizes", where=name, fix="Replace the file: its header is damaged"
        )


def _check_whole(image: Image.Image, data: bytes, name: str) -> None:
    """What cv2 would not notice, or would notice too late."""
    # OpenCV 4.10 fills what is missing of a JPEG with grey. Some whole ones lack the end marker: Pillow knows.
    if data.startswith(JPEG_SIGNATURE) and not jpeg_ends(data):
        load(image, name)
    if image.format != "PNG":
        return
    chunks = png_chunks(data)
    if chunks & _ANIMATION:
        raise Unsupported(
            "decoder 'opencv' does not take an animated PNG: a damaged one crashes OpenCV, and its versions disagree",
            where=name,
            fix="Save its first frame as a PNG of its own",
        )
    # OpenCV allocates the length that a chunk announces, up to 4 GiB.
    if b"IEND" not in chunks:
        raise UnreadableInput(
            "the image is truncated or damaged",
            got="a PNG without all of its chunks",
            where=name,
            fix="Replace the file; nothing is decoded from half an image",
        )


def _check_shape(pixels: Array, image: Image.Image, name: str) -> None:
    made = pixels.shape[:2]
    if made not in ((image.height, image.width), (image.width, image.height)):
        raise UnreadableInput(
            "OpenCV and Pillow read different sizes from the image's header",
            got=f"{made[1]} x {made[0]} and {image.width} x {image.height} (width x height)",
            where=name,
        )


def _knows_exif(image: Image.Image) -> bool:
    """Is there EXIF that can be read without decoding the pixels, and a turn that cv2 left undone?"""
    return image.format != "TIFF" and "exif" in image.info
