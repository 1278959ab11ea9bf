"""Patterns such as `photos/**/*.jpg`, where no shell has expanded them."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator


def is_pattern(name: str) -> bool:
    """`name` holds `*`, `?` or `[`, and no file or folder is called so: a real name is always taken literally."""
    return glob.has_magic(name) and not os.path.lexists(name)


def expand(inputs: Iterable[str]) -> Iterator[str]:
    """The inputs in their order; a pattern gives its regular files, sorted, and `**` goes into sub-folders.

    As in a shell, `*` leaves out what begins with a dot. A pattern that nothing matches stays as it is: reading it gives
    the error row that says so.
    """
    for name in inputs:
        yield from (_matches(name) or (name,)) if is_pattern(name) else (name,)


def _matches(pattern: str) -> list[str]:
    # A file that is called `-` is not standard input.
    return sorted("./-" if path == "-" else path for path in _named(pattern) if os.path.isfile(path))  # noqa: PTH113


def only_folders(pattern: str) -> bool:
    """Something matches, and none of it is a file."""
    found = _named(pattern)
    return bool(found) and all(map(os.path.isdir, found))


def _named(pattern: str) -> set[str]:
    try:
        return set(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path would change `./` and bytes of names
    except (ValueError, RecursionError):  # a null byte; thousands of folders
        return set()
