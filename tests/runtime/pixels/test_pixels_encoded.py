from __future__ import annotations

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from truecopy.errors import InputError, TooLarge
from truecopy.limits import Limits
from truecopy.pixels import decode

SMALL = Limits(max_pixels=1000)


def encoded(image, name, **options):
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_pixels_are_limited_by_the_header_in_every_format(image_input, name):
    fits, exceeds = (encoded(Image.new("RGB", (width, 40)), name) for width in (25, 26))
    assert decode(fits, image_input(), limits=SMALL).pixels().shape == (40, 25, 3)
    with pytest.raises(TooLarge) as caught:
        decode(exceeds, image_input(), limits=SMALL)
    assert str(caught.value) == (
        "the image is too large: expected at most 1000 pixels, got 26 x 40 (width x height) = 1040 pixels - at <bytes>. "
        "If the source is trusted, pass limits=Limits(max_pixels=1040)"
    )


def png_header(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [9_400, 60_000])  # above Pillow's warning, above its error
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_too_large_whatever_pillow_calls_it(image_input, side):
    with pytest.raises(TooLarge, match="max_pixels="):
        decode(png_header(side, side), image_input())


def test_a_bomb_is_too_large_where_warnings_are_errors(image_input):
    with pytest.raises(TooLarge, match="max_pixels="):
        decode(png_header(9_400, 9_400), image_input())


def tiff_of_one_tile(tile_side):
    """A deflated TIFF of 2 x 2 grey pixels in one tile of tile_side x tile_side."""
    data = zlib.compress(bytes(1000))
    data += bytes(len(data) % 2)
    tags = [(256, 2), (257, 2), (258, 8), (259, 8), (262, 1), (277, 1), (322, tile_side), (323, tile_side), (324, 8), (325, len(data))]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return (
        b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(tags)) + entries + bytes(4)
    )


def test_a_tile_larger_than_the_image_counts_too(image_input):
    assert decode(tiff_of_one_tile(16), image_input()).pixels().shape == (2, 2, 3)
    with pytest.raises(TooLarge, match="a tile of the TIFF is too large: expected at most 50000000 pixels"):
        decode(tiff_of_one_tile(32_000), image_input())


def test_jpeg_scans_are_limited(image_input, pixels):
    data = encoded(Image.fromarray(pixels(37, 53, 3)), "JPEG", progressive=True)
    assert decode(data, image_input(), limits=Limits(max_jpeg_scans=10)).pixels().shape == (37, 53, 3)
    with pytest.raises(TooLarge) as caught:
        decode(data, image_input(), limits=Limits(max_jpeg_scans=9))
    assert str(caught.value) == (
        "the JPEG has too many scans: expected at most 9, got 10 - at <bytes>. "
        "If the source is trusted, pass limits=Limits(max_jpeg_scans=10)"
    )


def test_scan_markers_in_a_thumbnail_do_not_count(image_input, pixels):
    data = encoded(Image.fromarray(pixels(7, 5, 3)), "JPEG", comment=b"\xff\xda" * 200)
    assert decode(data, image_input()).pixels().shape == (7, 5, 3)


def test_only_the_first_frame_is_decoded(image_input):
    frames = [Image.new("RGB", (5, 3), color) for color in ("red", "lime", "blue")]
    for name in ("GIF", "PNG", "TIFF", "WEBP"):
        options = {"lossless": True} if name == "WEBP" else {}
        data = encoded(frames[0], name, save_all=True, append_images=frames[1:], **options)
        assert decode(data, image_input()).pixels()[1, 1].tolist() == [255, 0, 0], name


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_flipped_bytes_are_a_picture_or_a_typed_error(image_input, pixels, name):
    data = np.frombuffer(encoded(Image.fromarray(pixels(19, 31, 3)), name), np.uint8)
    limits = Limits(max_pixels=100_000)
    generator = np.random.default_rng(7)
    for _ in range(150):
        damaged = data.copy()
        places = generator.integers(0, min(len(data), 400), 4)
        damaged[places] = generator.integers(0, 256, 4)
        with contextlib.suppress(InputError):
            height, width, _ = decode(damaged.tobytes(), image_input(), limits=limits).pixels().shape
            assert height * width <= limits.max_pixels
