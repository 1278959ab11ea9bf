"""What has to be read from untrusted bytes by hand, because Pillow's own answer would come too late."""

from __future__ import annotations

import re
from collections.abc import Iterator

JPEG_SIGNATURE = b"\xff\xd8\xff"
_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9
# ITU-T T.81, B.1.1: a marker is FF and a byte that is neither 00 (a stuffed FF) nor FF (fill). RST0..7 stand
# inside the entropy-coded data of one scan; TEM and SOI have no length either.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")


def jpeg_scans_at_most(data: bytes) -> int:
    """An upper bound, and a fast one: FF DA may also stand in a thumbnail or in a second image (MPO)."""
    return data.count(b"\xff\xda")


def jpeg_scans(data: bytes) -> int:
    """Count the scans of the first image in a JPEG file by walking its segments."""
    return sum(marker == _START_OF_SCAN for marker in _markers(data))


def _markers(data: bytes) -> Iterator[int]:
    position = len(JPEG_SIGNATURE) - 1
    while found := _MARKER.search(data, position):
        marker = found[1][0]
        yield marker
        if marker == _END_OF_IMAGE:
            return
        # The length counts its own two bytes. The entropy-coded data after a scan's header holds no marker.
        position = found.end() + max(2, int.from_bytes(data[found.end() : found.end() + 2], "big"))


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
