"""What has to be read from untrusted bytes by hand, because Pillow's own answer would come too late."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

JPEG_SIGNATURE = b"\xff\xd8\xff"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_START_OF_IMAGE = 0xD8
_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9
_APP1 = 0xE1
# SOF0..15 without DHT, JPG and DAC, which stand in the same row of numbers.
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# ITU-T T.81, B.1.1: a marker is FF and a byte that is neither 00 (a stuffed FF) nor FF (fill). RST0..7 stand
# inside the entropy-coded data of one scan; they and TEM have no length.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")


def jpeg_scans_at_most(data: bytes) -> int:
    """An upper bound, and a fast one: FF DA may also stand in a thumbnail or in a second image (MPO)."""
    return data.count(b"\xff\xda")


def jpeg_scans(data: bytes) -> int:
    """Count the scans of the first image in a JPEG file by walking its segments."""
    return sum(marker == _START_OF_SCAN for marker, _ in _segments(data))


def jpeg_ends(data: bytes) -> bool:
    """Does the first image in a JPEG file reach its end-of-image marker?"""
    return data.endswith(b"\xff\xd9") or any(marker == _END_OF_IMAGE for marker, _ in _segments(data))


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """(height, width) of the first frame header in a JPEG file, which is the one that libjpeg takes."""
    for marker, segment in _segments(data):
        if marker in _START_OF_FRAME and len(segment) >= 5:
            height, width = struct.unpack(">HH", segment[1:5])
            return height, width
        if marker == _START_OF_SCAN:
            return None
    return None


def jpeg_app1(data: bytes) -> bytes:
    """The payload of the first APP1 segment of a JPEG file, which is EXIF or XMP; empty where there is none."""
    for marker, segment in _segments(data):
        if marker == _APP1:
            return segment
        if marker == _START_OF_SCAN:
            break
    return b""


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, payload) up to and with the end of the first image."""
    position = len(JPEG_SIGNATURE) - 1
    while found := _MARKER.search(data, position):
        marker = found[1][0]
        if marker == _START_OF_IMAGE:  # of a second image, put where the first one was cut
            return
        if marker == _END_OF_IMAGE:
            yield marker, b""
            return
        # The length counts its own two bytes. The entropy-coded data after a scan's header holds no marker.
        end = found.end() + max(2, int.from_bytes(data[found.end() : found.end() + 2], "big"))
        yield marker, data[found.end() + 2 : end]
        position = end


def webp_size(data: bytes) -> tuple[int, int] | None:
    """(height, width) of a WebP file's canvas, or None where the first chunk does not tell.

    Pillow's `open` makes libwebp's animation decoder, which allocates two canvases at once.
    Source: https://developers.google.com/speed/webp/docs/riff_container, RFC 6386 section 9.1.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    match data[12:16]:
        case b"VP8X":
            width = 1 + int.from_bytes(data[24:27], "little")
            height = 1 + int.from_bytes(data[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width = int.from_bytes(data[26:28], "little") & 0x3FFF
            height = int.from_bytes(data[28:30], "little") & 0x3FFF
        case _:
            return None
    return height, width


def webp_is_animated(data: bytes) -> bool:
    """Source: the flags of the chunk VP8X, https://developers.google.com/speed/webp/docs/riff_container."""
    return data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X" and len(data) > 20 and bool(data[20] & 0x02)


def png_bit_depth(data: bytes) -> int:
    """Bits per sample of a PNG file that a decoder has opened: IHDR is its first chunk."""
    return data[24]


def png_chunks(data: bytes) -> set[bytes]:
    """The names of the chunks that a PNG file holds in full; IEND is the last that is looked at."""
    names: set[bytes] = set()
    position = len(_PNG_SIGNATURE)
    while b"IEND" not in names:
        length = int.from_bytes(data[position : position + 4], "big")
        name = data[position + 4 : position + 8]
        position += 12 + length  # length, name, body, checksum
        if position > len(data):
            break
        names.add(name)
    return names


def tiff_tags(data: bytes) -> list[int]:
    """The tags of the first directory of a TIFF or BigTIFF file in their order, as far as the bytes go."""
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    number, count, entry = ("Q", "Q", 20) if big else ("I", "H", 12)
    try:
        (directory,) = struct.unpack_from(order + number, data, 8 if big else 4)
        (entries,) = struct.unpack_from(order + count, data, directory)
    except (struct.error, OverflowError):
        return []
    first = directory + struct.calcsize(count)
    fitting = min(entries, max(0, len(data) - first - 1) // entry)
    return [struct.unpack_from(order + "H", data, first + index * entry)[0] for index in range(fitting)]
