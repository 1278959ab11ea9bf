"""Which paths are one file, by whatever links they lead there."""

from __future__ import annotations

import os
from functools import lru_cache


class SameFiles:
    """The files that were met, each as who met it first called it."""

    def __init__(self) -> None:
        self._called: dict[str, str] = {}
        self._folder = lru_cache(maxsize=1024)(
            os.path.realpath
        )  # most pictures share their folder with others

    def first(self, path: str, called: str) -> str | None:
        """What the file at `path` was called when it was met before; None is: it is met now."""
        folder, name = os.path.split(path)
        real = os.path.join(self._folder(folder), name)  # noqa: PTH118 - a name may hold any bytes
        if name in ("", ".", "..") or os.path.islink(real):  # noqa: PTH114 - as above
            real = os.path.realpath(real)
        if real in self._called:
            return self._called[real]
        self._called[real] = called
        return None
