"""The zip container of torch.save: its members by name, each read once, with its checksum."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.foreign import SAVE
from truecopy_export.checkpoints.formats import Format

from .stored_zip import BadArchive, BadChecksum, Member, blocks, members_of

AGAIN = "Copy or download it again"

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
        with path.open("rb") as file:
            names = [member.name.replace("\\", "/") for member in members_of(file)]
    except (BadArchive, OSError) as error:
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


class Archive:
    """The members under the one folder of an archive that torch.save wrote."""

    def __init__(self, file: BinaryIO, where: str) -> None:
        """Read the directory.

        Raises:
            CheckpointError: damaged, packed again, or members that torch.save never writes.
        """
        self._file, self._where = file, where
        try:
            found = members_of(file)
        except (BadArchive, OSError) as error:
            raise _damaged(error, where) from error
        # torch.serialization.set_crc32_options(False) writes zeros: there is nothing to compare with.
        self.summed = any(member.crc for member in found)
        self._members = _under_one_folder(found, where)

    def size(self, name: str) -> int | None:
        """Bytes of a member, None where there is none of that name."""
        member = self._members.get(name)
        return None if member is None else member.size

    def read(self, name: str) -> bytes:
        """All bytes of a small member.

        Raises:
            CheckpointError: no such member, or damaged; it is named.
        """
        into = bytearray(self.size(name) or 0)
        self.read_into(name, memoryview(into))
        return bytes(into)

    def read_into(self, name: str, view: memoryview) -> None:
        """Fill `view`, which has the member's size.

        Raises:
            CheckpointError: no such member, or damaged; it is named.
        """
        member = self._members.get(name)
        if member is None:
            raise CheckpointError(
                "The checkpoint is damaged or cut short",
                expected=f"a member {name}",
                where=self._where,
                fix=AGAIN,
            )
        at = 0
        try:
            for block in blocks(self._file, member, check=self.summed):
                view[at : at + len(block)] = block
                at += len(block)
        except (BadArchive, OSError) as error:
            raise _damaged(error, self._where) from error

    def check_sums(self) -> None:
        """Read every member once.

        Raises:
            CheckpointError: damaged; the member is named.
        """
        try:
            for member in self._members.values():
                for _ in blocks(self._file, member, check=self.summed):
                    pass
        except (BadArchive, OSError) as error:
            raise _damaged(error, self._where) from error


def _under_one_folder(found: list[Member], where: str) -> Mapping[str, Member]:
    folder = next((m.name.partition("/")[0] for m in found if m.name.count("/") == 1 and m.name.endswith("/data.pkl")), None)  # fmt: skip
    members: dict[str, Member] = {}
    for member in found:
        if not member.stored:
            # torch.save never compresses; a small file that unpacks to terabytes does.
            raise CheckpointError(
                "The archive was packed again by another tool",
                expected="stored members",
                got=f"{member.name} {'encrypted' if member.flags & 1 else 'compressed'}",
                where=where,
                fix=SAVE,
            )
        root, _, name = member.name.partition("/")
        if root != folder or not name or ".." in PurePosixPath(member.name).parts or "\\" in member.name or name in members:  # fmt: skip
            raise CheckpointError(
                "The archive holds a member that torch.save never writes",
                expected=f"each name once, under {folder}/" if folder else "FOLDER/data.pkl",
                got=repr(member.name) + (", twice" if name in members else ""),
                where=where,
                fix=SAVE,
            )
        members[name] = member
    return members


def _damaged(error: Exception, where: str) -> CheckpointError:
    if isinstance(error, BadChecksum):
        return CheckpointError(
            "The checkpoint is damaged: the checksum does not fit the bytes",
            got=f"member {error}",
            where=where,
            fix=AGAIN,
        )
    return CheckpointError(
        "The checkpoint is damaged or cut short",
        expected="a complete zip archive",
        got=str(error),
        where=where,
        fix=AGAIN,
    )
