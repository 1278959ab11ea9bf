"""Which files a person means who names files and folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """paths: in order, folders expanded and sorted. skipped: files in folders that are no images by their name.

    unreadable: folders that could not be listed, each with the reason.
    """

    paths: tuple[str, ...]
    skipped: int
    unreadable: tuple[str, ...]


def find_images(inputs: Iterable[str]) -> Found:
    """A file named by a person is always taken; a folder gives its image files, sub-folders included.

    A path that does not exist is kept: reading it gives the error row that says so.
    """
    paths: list[str] = []
    skipped = 0
    errors: list[OSError] = []
    for name in inputs:
        # os.walk and os.path, because a file name may hold any bytes, and Path.is_dir raises on names that are too long.
        if not os.path.isdir(name):  # noqa: PTH112
            paths.append(name)
            continue
        walked = os.walk(name, onerror=errors.append)
        inside = sorted(os.path.join(folder, file) for folder, _, files in walked for file in files)  # noqa: PTH118
        images = [path for path in inside if os.path.splitext(path)[1].lower() in SUFFIXES]  # noqa: PTH122
        paths += images
        skipped += len(inside) - len(images)
    return Found(tuple(paths), skipped, tuple(f"{error.filename}: {error.strerror}" for error in errors))
