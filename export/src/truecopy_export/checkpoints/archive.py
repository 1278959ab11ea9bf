"""The zip container of torch.save: its layout and its checksums, which torch.load does not look at."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

import torch

from truecopy.errors import CheckpointError

from .foreign import SAVE
from .formats import Format

_AGAIN = "Copy or download it again"

# (what a member's name ends with, what such an archive is)
_KINDS: tuple[tuple[str, Format], ...] = (
    ("constants.pkl", "torchscript"),
    ("model.weights.h5", "keras"),
    ("serialized_exported_program.json", "torch-export"),
    ("models/model.json", "torch-export"),
    ("/data.pkl", "pytorch-zip"),
)


def zip_format(path: Path) -> Format:
    """What a zip archive holds, by the names of its members.

    Raises:
        CheckpointError: cut short, damaged, or an archive of another kind.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.replace("\\", "/") for name in archive.namelist()]
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise _damaged(error, str(path)) from error
    for ending, kind in _KINDS:
        if any(name.endswith(ending) for name in names):
            return kind
    numpy = any(name.endswith(".npy") for name in names)
    raise CheckpointError(
        "The file is a NumPy .npz archive, not a state dict"
        if numpy
        else "The file is a zip archive that torch.save did not write",
        expected="a member data.pkl",
        got=", ".join(names[:5]) or "no member",
        where=str(path),
        fix=SAVE if numpy else "Unpack it and give the checkpoint inside",
    )


def read_pickle(file: BinaryIO, where: str) -> bytes:
    """Check that a zip file is torch.save's, undamaged, and give its `data.pkl`.

    Raises:
        CheckpointError: cut short, damaged (the member is named), or an archive of another kind.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check_layout(archive, where)
            _check_sums(archive, where)
        file.seek(0)
        # torch's own reader: the same bytes that torch.load will take, whatever else the archive holds.
        record: bytes = torch.PyTorchFileReader(file).get_record("data.pkl")
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise _damaged(error, where) from error
    return record


def _check_layout(archive: zipfile.ZipFile, where: str) -> None:
    packed = [member.filename for member in archive.infolist() if member.compress_type != zipfile.ZIP_STORED]
    if packed:
        # torch.save never compresses; a small file that unpacks to terabytes does.
        raise CheckpointError(
            "The archive was packed again by another tool",
            expected="stored members",
            got=f"{packed[0]} compressed",
            where=where,
            fix=SAVE,
        )


def _damaged(error: Exception, where: str) -> CheckpointError:
    return CheckpointError(
        "The checkpoint is damaged or cut short",
        expected="a complete zip archive",
        got=str(error),
        where=where,
        fix=_AGAIN,
    )


def _check_sums(archive: zipfile.ZipFile, where: str) -> None:
    if not any(member.CRC for member in archive.infolist()):
        return  # torch.serialization.set_crc32_options(False) writes zeros: there is nothing to compare with.
    try:
        damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise CheckpointError("The checkpoint is damaged", got=str(error), where=where, fix=_AGAIN) from error
    if damaged is not None:
        raise CheckpointError(
            "The checkpoint is damaged: the checksum does not fit the bytes",
            got=f"member {damaged}",
            where=where,
            fix=_AGAIN,
        )
