"""The SHA-256 that stands for a checkpoint: of a file, or of the files of a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest_of(path: Path) -> str:
    """Of the file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def digest_of_files(folder: Path, files: Iterable[Path]) -> str:
    """Of a list of lines `sha256  name`, sorted by name relative to the folder, as sha256sum writes them.

    One file alone stands for itself: a safetensors file has one digest, named or found in its folder.
    """
    found = sorted((path.relative_to(folder).as_posix(), path) for path in files)
    if len(found) == 1:
        return digest_of(found[0][1])
    lines = "".join(f"{digest_of(path)}  {name}\n" for name, path in found)
    return hashlib.sha256(lines.encode()).hexdigest()
