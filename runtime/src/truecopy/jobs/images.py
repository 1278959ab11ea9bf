"""Which files a person means who names files, patterns and folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from .globs import expand

STDIN = "-"  # standard input
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"}
)
VIDEO_SUFFIXES = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg"})


@dataclass(frozen=True, slots=True)
class Found:
    """paths: in order, folders expanded and sorted. skipped: files in folders that are no images by their name.

    unreadable: folders that could not be listed, each with the reason. videos: how many of the skipped ones are videos.
    """

    paths: tuple[str, ...]
    skipped: int
    unreadable: tuple[str, ...]
    videos: int = 0


def find_images(inputs: Iterable[str]) -> Found:
    """A file named by a person is always taken, as are a pattern's; a folder gives its image files, sub-folders included.

    A path that does not exist is kept: reading it gives the error row that says so. So is `-`, standard input. The
    videos of a folder are left out: one has thousands of frames, so it is named by a person or by nobody.
    """
    paths: list[str] = []
    skipped = videos = 0
    errors: list[OSError] = []
    for name in expand(inputs):
        # os.walk and os.path, because a file name may hold any bytes, and Path.is_dir raises on names that are too long.
        if name == STDIN or not os.path.isdir(name):  # noqa: PTH112
            paths.append(name)
            continue
        walked = os.walk(name, onerror=errors.append)
        inside = sorted(os.path.join(folder, file) for folder, _, files in walked for file in files)  # noqa: PTH118
        images = [path for path in inside if os.path.splitext(path)[1].lower() in SUFFIXES]  # noqa: PTH122
        paths += images
        skipped += len(inside) - len(images)
        videos += sum(map(is_named_video, inside))
    unreadable = tuple(f"{error.filename}: {error.strerror}" for error in errors)
    return Found(tuple(paths), skipped, unreadable, videos)


def is_named_video(path: str) -> bool:
    """By its suffix; .gif is a picture, its first frame."""
    return os.path.splitext(path)[1].lower() in VIDEO_SUFFIXES  # noqa: PTH122
