"""What untrusted bytes may cost. Limits belong to the host, never to the file."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one item and for one artifact; `truecopy.load(..., limits=Limits(...))` raises them.

    max_pixels: width times height, read from the image's header before anything is allocated.
    max_bytes: size of one encoded image.
    max_jpeg_scans: progressive scans of one JPEG (each one costs a full pass).
    formats: Pillow's names of the formats that are opened.
    max_row_bytes: one row of a CSV file, all lines of it; the file itself is read row by row and may have any size.
    max_contract_bytes, max_contract_depth: the contract's JSON.
    max_golden_bytes: the golden samples' JSON.
    max_line_bytes: one line of a file of texts or ids.
    """

    max_pixels: int = 50_000_000
    max_bytes: int = 64 * MIB
    max_jpeg_scans: int = 100
    formats: tuple[str, ...] = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
    max_row_bytes: int = MIB
    max_contract_bytes: int = MIB
    max_contract_depth: int = 32
    max_golden_bytes: int = 8 * MIB
    max_line_bytes: int = MIB


DEFAULT_LIMITS = Limits()
