"""Files that end: a pipe or a device is never opened, since opening may wait for a writer for ever."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open for reading.

    Raises:
        OSError: no such file, no permission, or no regular file.
    """
    mode = os.stat(path).st_mode  # noqa: PTH116 - names may hold any bytes
    # A folder is refused by `open`, in the system's own words.
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError("no regular file")
    return Path(path).open("rb")
