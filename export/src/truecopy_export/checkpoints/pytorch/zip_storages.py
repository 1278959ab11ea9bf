"""The storages of a zip checkpoint: one member each, read once, when the pickle first names it."""

from __future__ import annotations

from typing import Any

import torch

from .archive import Archive
from .bad_pickle import BadPickle
from .listed import StorageType
from .rebuild import Stored


class ZipStorages:
    """Persistent ids of an archive: `("storage", type, key, location, elements)`."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        # torch says so since 2.1; before, it wrote what the machine had.
        self._order = b"little" if archive.size("byteorder") is None else archive.read("byteorder")
        self._found: dict[str, tuple[torch.UntypedStorage, torch.dtype]] = {}

    def at(self, identity: Any) -> Stored:
        """The storage that a persistent id stands for.

        Raises:
            BadPickle: no storage's id, or of another size than its member.
            CheckpointError: the member is not there, or damaged.
        """
        if not isinstance(identity, tuple) or len(identity) != 5 or identity[0] != "storage":
            raise BadPickle("a persistent id that is no storage's")
        if self._order not in (b"little", b"big"):
            raise BadPickle(f"a byte order {self._order[:20]!r}")
        _, kind, key, _, elements = identity
        if not isinstance(kind, StorageType) or not isinstance(key, str) or type(elements) is not int:
            raise BadPickle("a persistent id that is no storage's")
        size = self._archive.size(f"data/{key}")
        if size is not None and size != elements * kind.dtype.itemsize:
            raise BadPickle(f"a storage of {elements} elements ({kind.dtype}) in {size} bytes")
        if key not in self._found:
            self._found[key] = (self._read(f"data/{key}", size or 0, kind.dtype), kind.dtype)
        storage, dtype = self._found[key]
        if self._order == b"big" and dtype != kind.dtype:
            raise BadPickle("a storage of two types, written on another kind of machine")
        return Stored(storage, kind.dtype)

    def _read(self, name: str, size: int, dtype: torch.dtype) -> torch.UntypedStorage:
        bytes_ = torch.empty(size, dtype=torch.uint8)
        self._archive.read_into(name, memoryview(bytes_.numpy()))
        storage = bytes_.untyped_storage()
        if self._order == b"big":
            storage.byteswap(dtype)
        return storage
