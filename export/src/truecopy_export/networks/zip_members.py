"""All members of a zip archive that holds a program: read once, with checksums, and written anew for torch's own reader.

What was checked is what torch gets: it never opens the file itself, so no second reading of a hostile archive differs.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.pytorch.stored_zip import BadArchive, BadChecksum, Member, blocks, members_of

# One ONNX file ends at 2 GiB, so no archive that is larger can be exported.
MAX_BYTES = 2 << 30
MAX_UNPACKED = 64 << 20  # bytes of one compressed member: source text
_AGAIN = "Copy or download it again"


def read_members(path: Path) -> Mapping[str, bytes]:
    """Name -> bytes, without the archive's own folder in front.

    Raises:
        CheckpointError: damaged (the member is named), too large, or names that torch never writes.
    """
    where = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CheckpointError(
                "the file is larger than one ONNX file can be", expected="less than 2 GiB", where=where
            )
        with path.open("rb") as file:
            found = members_of(file)
            summed = any(member.crc for member in found)
            read: dict[str, bytes] = {}
            for member in found:
                if member.name in read or ".." in member.name.split("/") or "\\" in member.name:
                    raise BadArchive(f"a member named {member.name!r}, which torch never writes")
                read[member.name] = _bytes(file, member, check=summed)
    except (BadArchive, OSError) as error:
        raise CheckpointError(
            "the file is damaged or cut short",
            expected="a complete zip archive as torch writes it",
            got=f"bytes of member {error} that its checksum does not fit"
            if isinstance(error, BadChecksum)
            else str(error),
            where=where,
            fix=_AGAIN,
        ) from error
    return _without_folder(read, where)


def _bytes(file: io.BufferedReader, member: Member, *, check: bool) -> bytes:
    """Raises:
    BadArchive: damaged, encrypted, or a compressed member beyond `MAX_UNPACKED`.
    """
    if member.stored:
        return b"".join(blocks(file, member, check=check))
    if member.method != zipfile.ZIP_DEFLATED or member.flags & 0x41:
        raise BadArchive(f"member {member.name} is encrypted or packed in an unknown way")
    packed = b"".join(blocks(file, member, check=False))
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = unpacking.decompress(packed, MAX_UNPACKED)
    except zlib.error as error:
        raise BadArchive(f"member {member.name} cannot be unpacked") from error
    if not unpacking.eof:
        raise BadArchive(
            f"member {member.name} is cut short, or unpacks to more than {MAX_UNPACKED >> 20} MiB"
        )
    if check and zlib.crc32(data) != member.crc:
        raise BadChecksum(member.name)
    return data


def _without_folder(read: Mapping[str, bytes], where: str) -> Mapping[str, bytes]:
    folders = {name.partition("/")[0] if "/" in name else "" for name in read}
    if len(folders) == 1:
        (folder,) = folders
        return {name[len(folder) + 1 :] if folder else name: data for name, data in read.items()}
    if "" in folders:  # torch.export before 2.8 wrote no folder
        return read
    raise CheckpointError(
        "the archive holds members that torch never writes",
        expected="one folder",
        got=", ".join(sorted(folders)[:5]),
        where=where,
        fix=_AGAIN,
    )


def written(members: Mapping[str, bytes]) -> io.BytesIO:
    """An archive of these members alone, as torch's reader takes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(f"archive/{name}", data)
    file.seek(0)
    return file
