"""The `.keras` archive: a zip with config.json, metadata.json and model.weights.h5, and nothing of it unpacked by name.

Source: keras/src/saving/saving_lib.py `_save_model_to_fileobj`, `_load_model_from_fileobj` (keras 3.15.1).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from truecopy.errors import CheckpointError

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
# Keras stores its members as they are; a file that was packed again shrinks a little.
MAX_EXPANSION = 100
MAX_MEMBERS = 10_000
_MAX_BYTES: Mapping[str, int] = {CONFIG: 64 << 20, METADATA: 1 << 20, WEIGHTS: 16 << 30}
_AGAIN = "Copy or download it again"
_PACK = "Save it once more with Keras: model.save('x.keras')"


@dataclass(frozen=True)
class Archive:
    config: bytes
    metadata: bytes


def read_archive(path: Path, weights: Path) -> Archive:
    """The two JSON members; the weights are copied to the file `weights`.

    Raises:
        CheckpointError: damaged, a member is missing, or a member claims what it does not hold.
    """
    where = path.name
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, where)
            with weights.open("wb") as target:
                _copy(archive, members[WEIGHTS], target, where)
            return Archive(_bytes(archive, members[CONFIG], where), _bytes(archive, members[METADATA], where))
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
    ) as error:
        raise CheckpointError(
            "The Keras archive is damaged or cut short",
            expected="a complete zip archive",
            got=str(error) or type(error).__name__,
            where=where,
            fix=_AGAIN,
        ) from error


def _members(archive: zipfile.ZipFile, where: str) -> dict[str, zipfile.ZipInfo]:
    listed = archive.infolist()
    if len(listed) > MAX_MEMBERS:
        raise CheckpointError(
            "the archive has too many members", expected="config.json, metadata.json, model.weights.h5",
            got=str(len(listed)), where=where, fix=_PACK,
        )  # fmt: skip
    members: dict[str, zipfile.ZipInfo] = {}
    for member in listed:
        name = member.filename
        if name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/"):
            raise CheckpointError(
                "a member of the archive points out of it", expected="config.json, metadata.json, model.weights.h5",
                got=repr(name), where=where, fix="Do not use this file: Keras does not write such names",
            )  # fmt: skip
        if name in members:
            raise CheckpointError(
                "the archive has a member twice",
                expected="one of each",
                got=repr(name),
                where=where,
                fix=_PACK,
            )
        members[name] = member
    for name in (CONFIG, METADATA, WEIGHTS):
        if name not in members:
            inside = next((found for found in members if found.replace("\\", "/").endswith(f"/{name}")), None)
            raise CheckpointError(
                f"the archive has no member {name}",
                expected=f"{CONFIG}, {METADATA} and {WEIGHTS} at its top",
                got=inside or ", ".join(list(members)[:5]),
                where=where,
                fix="Pack the files themselves, not their folder" if inside else _PACK,
            )
    return members


def _bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> bytes:
    _check_size(member, where)
    return archive.read(member)


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: object, where: str) -> None:
    _check_size(member, where)
    with archive.open(member) as source:  # never gives more than it claims, and checks the sum at the end
        while block := source.read(1 << 20):
            target.write(block)  # type: ignore[attr-defined]


def _check_size(member: zipfile.ZipInfo, where: str) -> None:
    """Raises:
    CheckpointError: it claims to unpack to more than Keras writes.
    """
    most = _MAX_BYTES[member.filename]
    if member.file_size > most or member.file_size > (1 << 20) + MAX_EXPANSION * member.compress_size:
        raise CheckpointError(
            f"{member.filename} claims to unpack to more than it can hold",
            expected=f"at most {most} bytes, and {MAX_EXPANSION} times what is stored",
            got=f"{member.file_size} bytes out of {member.compress_size}",
            where=where,
            fix="Do not use this file: Keras stores its members as they are",
        )
