"""torch.save's files, of both containers, read without torch.load: nothing of the file is run, and every bound is held.

`torch.load(weights_only=True)` compares no checksum, leaves memory as it was where a legacy file lacks a storage, and
allocates what a number says. Source of both layouts: torch 2.13 `serialization.py` (_save, _load, _legacy_save,
_legacy_load).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.foreign import SAVE

from .archive import AGAIN, Archive
from .bad_pickle import BadPickle
from .blocked import refuse_blocked
from .legacy_storages import LegacyStorages
from .listed import LISTED
from .plain_pickle import PlainPickle
from .zip_storages import ZipStorages

_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


def read_zip(path: Path) -> Mapping[str, Any]:
    """The dictionary of a zip file, its checksums compared.

    Raises:
        CheckpointError: damaged, cut short, or no dictionary.
        Blocked: unpickling would run code.
    """
    where = str(path)
    with path.open("rb") as file:
        archive = Archive(file, where)
        machine = PlainPickle(LISTED, ZipStorages(archive).at, path.stat().st_size)
        pickle = io.BytesIO(archive.read("data.pkl"))
        content = _loaded(machine, pickle, where)
        if pickle.read(1):
            raise _damaged("bytes behind the end of the pickle", where)
    return _named(content, where)


def read_legacy(path: Path) -> Mapping[str, Any]:
    """The dictionary of a file as torch.save wrote it before 1.6.

    Raises:
        CheckpointError: damaged, cut short, or no dictionary.
        Blocked: unpickling would run code.
    """
    where = str(path)
    with path.open("rb") as raw:
        file = _Bounded(raw, path.stat().st_size)
        storages = LegacyStorages(file.size)
        machine = PlainPickle(LISTED, storages.at, file.size)
        magic, protocol, _system = (_loaded(machine, file, where) for _ in range(3))
        if type(magic) is not int or type(protocol) is not int or (magic, protocol) != (_MAGIC, _PROTOCOL):
            raise _damaged("another magic number or protocol", where)
        content = _loaded(machine, file, where)
        keys = _loaded(machine, file, where)
        try:
            storages.fill(raw, keys)
        except BadPickle as error:
            raise _damaged(str(error), where) from error
    return _named(content, where)


class _Bounded(io.RawIOBase):
    """A file that never makes room for more than it holds, whatever length is asked for."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self.size = file, size

    def read(self, count: int = -1) -> bytes:
        left = max(0, self.size - self._file.tell())
        return self._file.read(left if count < 0 else min(count, left))

    def readline(self, limit: int | None = -1) -> bytes:
        return self._file.readline(-1 if limit is None else limit)

    def tell(self) -> int:
        return self._file.tell()


def _loaded(machine: PlainPickle, file: Any, where: str) -> Any:
    """The next pickle.

    Raises:
        Blocked: it asks for a name outside the closed list; all of them are named.
        CheckpointError: damaged or cut short.
    """
    try:
        made = machine.load(file)
    except BadPickle as error:
        refuse_blocked(machine.unknown, where)
        raise _damaged(str(error), where) from error
    refuse_blocked(machine.unknown, where)
    return made


def _named(content: object, where: str) -> Mapping[str, Any]:
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise CheckpointError(
            "The checkpoint holds no dictionary of names", got=type(content).__name__, where=where, fix=SAVE
        )
    return content


def _damaged(got: str, where: str) -> CheckpointError:
    return CheckpointError("The checkpoint is damaged or cut short", got=got, where=where, fix=AGAIN)
