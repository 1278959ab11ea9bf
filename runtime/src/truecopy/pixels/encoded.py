"""Encoded images: bytes from anywhere, opened by Pillow under limits, and loaded by it where it decodes them.

This is the border to untrusted bytes. Pillow's decoders raise whatever they trip over (SyntaxError, struct.error,
zlib.error, IndexError, ...), so around Pillow's own calls, and only there, every Exception is an unreadable input.
"""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

# Image.open would import all of Pillow's plugins to find these; importing them is what registers them.
from PIL import (  # noqa: F401
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from truecopy.errors import InputError, TooLarge, UnreadableInput, Unsupported
from truecopy.limits import Limits

from .budget import check_pixels
from .headers import JPEG_SIGNATURE, jpeg_scans, jpeg_scans_at_most, webp_size
from .videos import HEAD, refuse_video

_TILE_WIDTH, _TILE_LENGTH = 322, 323
_CHUNK = 1 << 20  # a buffered reader allocates all that it is asked for


def read_file(path: str, limits: Limits) -> bytes:
    """Read a regular file; its size is checked before it is read.

    Raises:
        UnreadableInput: no such file, or no regular one. Unsupported: a video. TooLarge: above `limits.max_bytes`.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - names may hold any bytes, and Path would change `./`
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableInput(
                "the input is not a regular file",
                got="a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device",
                where=path,
                fix="Name the image itself, or pass an open binary stream",
            )
        with Path(path).open("rb") as stream:
            # Before the size: a video is told what it is, and most are larger.
            refuse_video(stream.peek(HEAD)[:HEAD], path)
            _check_size(status.st_size, path, limits)
            return read_stream(stream, path, limits)
    except FileNotFoundError as error:
        raise UnreadableInput("there is no such file", where=path) from error
    except InputError:  # some of them are OSError or ValueError, too
        raise
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise UnreadableInput(
            "the file cannot be read", got=f"{type(error).__name__}: {error}", where=path
        ) from error


def read_stream(stream: BinaryIO, name: str, limits: Limits) -> bytes:
    """Read what is left in a binary stream, at most one byte more than the limit."""
    chunks: list[bytes] = []
    left = limits.max_bytes + 1
    while left > 0:
        try:
            chunk = stream.read(min(left, _CHUNK))
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            raise UnreadableInput(
                "the stream cannot be read", got=f"{type(error).__name__}: {error}", where=name
            ) from error
        if not isinstance(chunk, bytes):
            raise Unsupported(
                "the stream does not give bytes",
                expected="bytes",
                got=type(chunk).__name__,
                where=name,
                fix='Open the file in binary mode: open(path, "rb")',
            )
        if not chunk:
            break
        chunks.append(chunk)
        left -= len(chunk)
    data = b"".join(chunks)
    _check_size(len(data), name, limits)
    return data


def read_buffer(buffer: bytes | bytearray | memoryview, name: str, limits: Limits) -> bytes:
    _check_size(memoryview(buffer).nbytes, name, limits)
    return bytes(buffer)


def _check_size(size: int, name: str, limits: Limits) -> None:
    if size > limits.max_bytes:
        raise TooLarge(
            "the encoded image is too large",
            expected=f"at most {limits.max_bytes} bytes",
            got=f"{size} bytes" if size > limits.max_bytes + 1 else "more",
            where=name,
            fix=f"If the source is trusted, pass limits=Limits(max_bytes={max(size, 2 * limits.max_bytes)})",
        )


def open_encoded(data: bytes, name: str, limits: Limits) -> Image.Image:
    """Open frame 0 with Pillow and refuse it by its header; its pixels are not read yet: `load` does that.

    Raises:
        TooLarge: pixels or scans above the limits; nothing was allocated for them.
        UnreadableInput: not one of the formats, or a damaged header. Unsupported: a video.
    """
    if not data:
        raise UnreadableInput(
            "the input is empty", where=name, fix="A stream that was just written has to be rewound: seek(0)"
        )
    refuse_video(data[:HEAD], name)
    _check_bytes(data, name, limits)
    image = _open(data, name, limits)
    _check_header(image, name, limits)
    return image


def _check_bytes(data: bytes, name: str, limits: Limits) -> None:
    """Limits that must hold before Pillow opens the file."""
    if (size := webp_size(data)) is not None:
        check_pixels(*size, limits, what="the image", where=name)
    if data.startswith(JPEG_SIGNATURE) and jpeg_scans_at_most(data) > limits.max_jpeg_scans:
        scans = jpeg_scans(data)
        if scans > limits.max_jpeg_scans:
            raise TooLarge(
                "the JPEG has too many scans",
                expected=f"at most {limits.max_jpeg_scans}",
                got=str(scans),
                where=name,
                fix=f"If the source is trusted, pass limits=Limits(max_jpeg_scans={scans})",
            )


def _open(data: bytes, name: str, limits: Limits) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=limits.formats)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _pillow_guard(error, name, limits) from error
    except Exception as error:  # the border to untrusted bytes: see the module's docstring
        raise UnreadableInput(
            "the input is no image that is opened, or its header is damaged",
            expected=f"one of {', '.join(limits.formats)}",
            got=f"{len(data)} bytes starting with {data[:12]!r}",
            where=name,
            fix="Convert the image to one of these formats",
        ) from error


def _check_header(image: Image.Image, name: str, limits: Limits) -> None:
    """Limits on what the opened, not yet loaded image says of itself."""
    check_pixels(image.height, image.width, limits, what="the image", where=name)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        # libtiff allocates a whole tile, however small the image is.
        check_pixels(*_tile_size(image, name), limits, what="a tile of the TIFF", where=name)


def _tile_size(image: TiffImagePlugin.TiffImageFile, name: str) -> tuple[int, int]:
    """(height, width) of a TIFF's tiles, 0 x 0 where it has none."""
    try:
        height, width = (image.tag_v2.get(tag, 0) for tag in (_TILE_LENGTH, _TILE_WIDTH))
        return int(height), int(width)
    except Exception as error:  # the border to untrusted bytes: see the module's docstring
        raise UnreadableInput(
            "the TIFF's tile size is damaged", got=f"{type(error).__name__}: {error}", where=name
        ) from error


def load(image: Image.Image, name: str) -> Image.Image:
    """Decode the pixels of an opened image now; an image that is loaded already stays as it is."""
    try:
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _pillow_guard(error, name, None) from error
    except Exception as error:  # the border to untrusted bytes: see the module's docstring
        raise UnreadableInput(
            "the image is truncated or damaged",
            got=f"{type(error).__name__}: {error}",
            where=name,
            fix="Replace the file; nothing is decoded from half an image",
        ) from error
    return image


def _pillow_guard(error: Exception | Warning, name: str, limits: Limits | None) -> TooLarge:
    """Pillow's own limit was hit first."""
    return TooLarge(
        "the image is too large",
        expected=f"at most {limits.max_pixels} pixels" if limits else "what Pillow's own guard allows",
        got=str(error),
        where=name,
        fix="If the source is trusted, raise Limits(max_pixels=...) and Pillow's PIL.Image.MAX_IMAGE_PIXELS",
    )
