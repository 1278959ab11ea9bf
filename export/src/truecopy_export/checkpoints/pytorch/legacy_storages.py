"""The storages of a legacy checkpoint: the pickle names them, their bytes follow behind it."""

from __future__ import annotations

from typing import Any, BinaryIO

import torch

from .bad_pickle import BadPickle
from .listed import StorageType
from .rebuild import Stored

_BLOCK = 1 << 20


class LegacyStorages:
    """Persistent ids of a legacy file: `("storage", type, key, location, elements, None or (key, offset, elements))`."""

    def __init__(self, file_size: int) -> None:
        """file_size: in bytes; more than that is promised by no honest file."""
        self._left = file_size
        self._found: dict[str, tuple[torch.UntypedStorage, torch.dtype]] = {}

    def at(self, identity: Any) -> Any:
        """The storage that a persistent id stands for, to be filled.

        Raises:
            BadPickle: no storage's id, or storages beyond the size of the file.
        """
        if isinstance(identity, tuple) and len(identity) == 4 and identity[0] == "module":
            return identity[1]  # a module's class, with the file and the text of its source
        if not isinstance(identity, tuple) or len(identity) != 6 or identity[0] != "storage":
            raise BadPickle("a persistent id that is no storage's")
        _, kind, key, _, elements, view = identity
        if (
            not isinstance(kind, StorageType)
            or not isinstance(key, str)
            or type(elements) is not int
            or elements < 0
        ):
            raise BadPickle("a persistent id that is no storage's")
        size = elements * kind.dtype.itemsize
        if key not in self._found:
            self._left -= size
            if self._left < 0:
                raise BadPickle(f"a storage of {size} bytes, more than the file has")
            self._found[key] = (torch.empty(size, dtype=torch.uint8).untyped_storage(), kind.dtype)
        storage, dtype = self._found[key]
        if storage.nbytes() != size or dtype != kind.dtype:
            raise BadPickle("a storage of two sizes or types")
        return Stored(storage if view is None else _part(storage, view, dtype), dtype)

    def fill(self, file: BinaryIO, keys: Any) -> None:
        """Read the bytes of every storage, in the order of `keys`, from where the file stands.

        Raises:
            BadPickle: cut short, a storage that is missing or twice there, or bytes left over.
        """
        named = isinstance(keys, list) and all(type(key) is str for key in keys)
        if not named or sorted(keys) != sorted(self._found):
            raise BadPickle("the storages that follow are not those that the pickle names")
        for key in keys:
            storage, dtype = self._found[key]
            count = int.from_bytes(file.read(8), "little", signed=True)
            if count * dtype.itemsize != storage.nbytes():
                raise BadPickle(
                    f"storage {key} has {count} elements, its id says {storage.nbytes() // dtype.itemsize}"
                )
            view = memoryview(torch.empty(0, dtype=torch.uint8).set_(storage).numpy())
            at = 0
            while at < len(view):
                read = file.readinto(view[at : at + _BLOCK])  # type: ignore[attr-defined]
                if not read:
                    raise BadPickle(f"storage {key} is cut short")
                at += read
        if file.read(1):
            raise BadPickle("bytes behind the last storage")


def _part(storage: torch.UntypedStorage, view: Any, dtype: torch.dtype) -> torch.UntypedStorage:
    """A view of a storage, as PyTorch 0.3 and older wrote it."""
    if (
        not isinstance(view, tuple)
        or len(view) != 3
        or not all(type(part) is int and part >= 0 for part in view[1:])
    ):
        raise BadPickle("a view that is none")
    start, length = view[1] * dtype.itemsize, view[2] * dtype.itemsize
    if start + length > storage.nbytes():
        raise BadPickle("a view beyond its storage")
    part: torch.UntypedStorage = storage[start : start + length]
    return part
