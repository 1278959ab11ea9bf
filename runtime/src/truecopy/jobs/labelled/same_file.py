"""Which paths are one file, by whatever links they lead there."""

from __future__ import annotations

import os


class SameFiles:
    """The files that were met, each as who met it first called it."""

    def __init__(self) -> None:
        self._called: dict[tuple[int, int] | str, str] = {}

    def first(self, path: str, called: str) -> str | None:
        """What the file at `path` was called when it was met before; None is: it is met now."""
        file = _file(path)
        if file in self._called:
            return self._called[file]
        self._called[file] = called
        return None


def _file(path: str) -> tuple[int, int] | str:
    """Device and inode, which hard links share too; the real path where the system has neither."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a name may hold any bytes
    except (OSError, ValueError):  # a link to nothing; a null byte in the name
        return os.path.realpath(path)
    # Some file systems over a network number no files.
    return (found.st_dev, found.st_ino) if found.st_ino else os.path.realpath(path)
