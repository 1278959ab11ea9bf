"""Which files a person means who names files and folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """paths: in order, folders expanded and sorted. skipped: files in folders that are no images by their name."""

    paths: tuple[str, ...]
    skipped: int


def find_images(inputs: Iterable[str]) -> Found:
    """A file named by a person is always taken; a folder gives its image files, sub-folders included.

    A path that does not exist is kept: reading it gives the error row that says so.
    """
    paths: list[str] = []
    skipped = 0
    for name in inputs:
        if not Path(name).is_dir():
            paths.append(name)
            continue
        # os.walk and os.path, because a file name may hold any bytes and pathlib would be no shorter.
        inside = sorted(os.path.join(folder, file) for folder, _, files in os.walk(name) for file in files)  # noqa: PTH118
        images = [path for path in inside if os.path.splitext(path)[1].lower() in SUFFIXES]  # noqa: PTH122
        paths += images
        skipped += len(inside) - len(images)
    return Found(tuple(paths), skipped)
