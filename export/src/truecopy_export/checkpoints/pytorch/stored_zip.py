"""A zip archive's directory, read strictly: one reader for names, places and checksums, and no second opinion.

A hostile archive shows one thing to one reader and another to the next, or makes a reader allocate gigabytes for its
directory. So the directory is parsed here, within limits, and the bytes that are checked are the bytes that are used.
Source: PKWARE APPNOTE 4.3 (structures), 4.5.3 (Zip64 extra field).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_DIRECTORY = 16 << 20  # bytes; 100,000 members of torch.save take about 10 MB
MAX_MEMBERS = 100_000
_BLOCK = 1 << 20

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_WIDE = 0xFFFFFFFF  # this field stands in the Zip64 extra field


class BadArchive(ValueError):
    """What is wrong with an archive, in words."""


class BadChecksum(BadArchive):
    """The name of the member whose bytes are not those that were written."""


@dataclass(frozen=True)
class Member:
    """start: of its local header. size: as stored (and unpacked, where stored). crc: of the unpacked bytes."""

    name: str
    start: int
    size: int
    crc: int
    method: int
    flags: int
    raw_name: bytes

    @property
    def stored(self) -> bool:
        """Neither compressed nor encrypted."""
        return self.method == 0 and not self.flags & 0x41


def members_of(file: BinaryIO) -> list[Member]:
    """The members in the directory's order.

    Raises:
        BadArchive: no complete archive, or a directory beyond the limits.
    """
    size = file.seek(0, 2)
    offset, length = _directory(file, size)
    if length > MAX_DIRECTORY:
        raise BadArchive(f"a directory of {length} bytes; at most {MAX_DIRECTORY} are read")
    file.seek(offset)
    found = list(_entries(file.read(length)))
    end = offset
    for member in sorted(found, key=lambda member: member.start, reverse=True):
        end_here = member.start + _LOCAL.size + len(member.raw_name) + member.size
        if end_here > end:
            raise BadArchive(f"the member {member.name} overlaps what follows it")
        end = member.start
    if found and end != 0:
        raise BadArchive(f"{end} bytes stand before the first member")
    return found


def blocks(file: BinaryIO, member: Member, *, check: bool = True) -> Iterator[bytes]:
    """The bytes of a stored member, in pieces of at most 1 MiB.

    check: compare the checksum at the end.

    Raises:
        BadArchive: cut short, or the member's own header says something else than the directory.
        BadChecksum: other bytes than were written.
    """
    file.seek(member.start)
    header = _unpacked(_LOCAL, file.read(_LOCAL.size), b"PK\x03\x04")
    name = file.read(header[9])
    if name != member.raw_name or header[3] != member.method:
        raise BadArchive(f"member {member.name}: its own header and the directory differ")
    file.seek(header[10], 1)
    left, crc = member.size, 0
    while left:
        block = file.read(min(left, _BLOCK))
        if not block:
            raise BadArchive(f"member {member.name} is cut short")
        crc, left = zlib.crc32(block, crc), left - len(block)
        yield block
    if check and crc != member.crc:
        raise BadChecksum(member.name)


def _directory(file: BinaryIO, size: int) -> tuple[int, int]:
    """Offset and length of the central directory."""
    tail_start = max(0, size - _END.size - 0xFFFF)
    file.seek(tail_start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise BadArchive("no end of the archive: it is cut short")
    _, *narrow, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise BadArchive("bytes stand behind the end of the archive")
    end, fields = _wide(file, tail_start + at, narrow)
    disk, first_disk, here, count, length, offset = fields
    if disk or first_disk or here != count:
        raise BadArchive("an archive in several parts")
    if count > MAX_MEMBERS:
        raise BadArchive(f"{count} members; at most {MAX_MEMBERS} are read")
    if offset + length != end:
        raise BadArchive("its directory does not stand where its end says")
    return offset, length


def _wide(file: BinaryIO, end: int, narrow: list[int]) -> tuple[int, list[int]]:
    """Where the directory ends, and the fields of the end; torch writes the Zip64 form of them into every file."""
    file.seek(max(0, end - _LOCATOR.size))
    locator = file.read(_LOCATOR.size)
    if end < _LOCATOR.size + _END64.size or not locator.startswith(b"PK\x06\x07"):
        return end, narrow
    _, _, place, _ = _LOCATOR.unpack(locator)
    if place > end - _LOCATOR.size - _END64.size:
        raise BadArchive("its Zip64 end does not stand where it says")
    file.seek(place)
    _, _, _, _, *wide = _unpacked(_END64, file.read(_END64.size), b"PK\x06\x06")
    if any(few not in (many, 0xFFFF, _WIDE) for few, many in zip(narrow, wide, strict=True)):
        raise BadArchive("its two ends differ")
    return place, wide


def _entries(directory: bytes) -> Iterator[Member]:
    at = count = 0
    while at < len(directory):
        fields = _unpacked(_ENTRY, directory[at : at + _ENTRY.size], b"PK\x01\x02")
        _, _, _, flags, method, _, _, crc, packed, size, names, extras, comments, _, _, _, start = fields
        at += _ENTRY.size
        raw = directory[at : at + names]
        extra = directory[at + names : at + names + extras]
        at += names + extras + comments
        count += 1
        if at > len(directory) or count > MAX_MEMBERS:
            raise BadArchive("its directory is cut short" if at > len(directory) else "too many members")
        size, packed, start = _widened(extra, size, packed, start)
        if method == 0 and size != packed:
            raise BadArchive("a stored member has two sizes")
        yield Member(_name(raw), start, packed, crc, method, flags, raw)


def _widened(extra: bytes, *fields: int) -> tuple[int, ...]:
    """Fields that do not fit 32 bits stand in the Zip64 extra field, in this order."""
    if _WIDE not in fields:
        return fields
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            wide = iter(struct.iter_unpack("<Q", extra[at + 4 : at + 4 + length // 8 * 8]))
            try:
                return tuple(next(wide)[0] if field == _WIDE else field for field in fields)
            except (StopIteration, RuntimeError) as error:
                raise BadArchive("a Zip64 field is cut short") from error
        at += 4 + length
    raise BadArchive("a Zip64 field is missing")


def _name(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _unpacked(form: struct.Struct, data: bytes, signature: bytes) -> tuple[int, ...]:
    if len(data) < form.size or not data.startswith(signature):
        raise BadArchive("a header is missing or damaged")
    fields: tuple[int, ...] = form.unpack(data)
    return fields
