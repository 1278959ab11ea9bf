"""A file that is read because it stands in a folder: it is a file, and of that folder, or it is not opened."""

from __future__ import annotations

from pathlib import Path

from truecopy.errors import CheckpointError

_COPY = "Copy the file itself into the folder"


def file_inside(folder: Path, name: str, said: str) -> Path:
    """The regular file `name` of `folder`. said: who names it, for messages.

    Raises:
        CheckpointError: a path instead of a name, or what `file_below` refuses.
    """
    if not name or name in (".", "..") or any(mark in name for mark in "/\\\0"):
        raise CheckpointError(
            f"{said} names a path, not a file of its folder",
            expected="a plain file name",
            got=repr(name)[:200],
            where=str(folder),
            fix=_COPY,
        )
    return file_below(folder, name, said)


def file_below(folder: Path, path: str, said: str) -> Path:
    """The regular file at `path`, relative to `folder`, in it or in a folder inside. said: who names it, for messages.

    A link may lead to another file of the folder, or into `blobs` of the hub's cache (`snapshots/HASH/NAME` there are
    such links; huggingface_hub `file_download.py`).

    Raises:
        CheckpointError: it leads out of the folder, is not there, or is no regular file (a pipe would be waited for).
    """
    where = str(folder)
    found = folder / path
    try:
        real, home = found.resolve(strict=True), folder.resolve(strict=True)
        regular = real.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        # RuntimeError: links in a circle, before Python 3.13. ValueError: no name that a file can have.
        raise CheckpointError(
            f"{said} names a file that is not there",
            expected=ascii(path)[1:-1][:200],
            got=getattr(error, "strerror", None) or str(error),
            where=where,
            fix="Copy or download the folder again, whole",
        ) from error
    if not _belongs(real, home):
        raise CheckpointError(
            f"{said} names a link that leads out of the folder",
            got=f"{path} -> {real}",
            where=where,
            fix=_COPY,
        )
    if not regular:
        raise CheckpointError(f"{said} names something that is no file", got=path, where=where, fix=_COPY)
    return found


def _belongs(real: Path, home: Path) -> bool:
    if real.is_relative_to(home):
        return True
    return home.parent.name == "snapshots" and real.is_relative_to(home.parent.parent / "blobs")
