"""The zip container of torch.save: its layout and its checksums, which torch.load does not look at."""

from __future__ import annotations

import zipfile
import zlib
from typing import BinaryIO

import torch

from truecopy.errors import CheckpointError

_AGAIN = "Copy or download it again"
_SAVE = 'Where the model was trained: torch.save(model.state_dict(), "weights.pth")'

# (what a member's name ends with, what such an archive is, what to do next)
_OTHER_ARCHIVES = (
    (
        "constants.pkl",
        "a TorchScript archive (torch.jit.save)",
        f"It carries code, which is not run. {_SAVE}",
    ),
    ("model.weights.h5", "a Keras 3 .keras archive", "Export it with --arch keras"),
    ("serialized_exported_program.json", "a torch.export program", f"It carries a graph. {_SAVE}"),
    ("models/model.json", "a torch.export .pt2 program", f"It carries a graph. {_SAVE}"),
    (".npy", "a NumPy .npz archive", _SAVE),
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
        raise CheckpointError(
            "The checkpoint is damaged or cut short",
            expected="a complete zip archive",
            got=str(error),
            where=where,
            fix=_AGAIN,
        ) from error
    return record


def _check_layout(archive: zipfile.ZipFile, where: str) -> None:
    names = [name.replace("\\", "/") for name in archive.namelist()]
    for ending, what, fix in _OTHER_ARCHIVES:
        if any(name.endswith(ending) for name in names):
            raise CheckpointError(f"The file is {what}, not a state dict", where=where, fix=fix)
    if not any(name.endswith("/data.pkl") for name in names):
        raise CheckpointError(
            "The file is a zip archive that torch.save did not write",
            expected="a member data.pkl",
            got=", ".join(names[:5]) or "no member",
            where=where,
            fix="Unpack it and give the checkpoint inside",
        )
    packed = [member.filename for member in archive.infolist() if member.compress_type != zipfile.ZIP_STORED]
    if packed:
        # torch.save never compresses; a small file that unpacks to terabytes does.
        raise CheckpointError(
            "The archive was packed again by another tool",
            expected="stored members",
            got=f"{packed[0]} compressed",
            where=where,
            fix=_SAVE,
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
