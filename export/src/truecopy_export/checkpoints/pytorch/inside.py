"""A file that a document names: it stands in the folder of that document, or it is not read."""

from __future__ import annotations

from pathlib import Path

from truecopy.errors import CheckpointError

_COPY = "Copy the file itself into the folder"


def file_inside(folder: Path, name: str, said: str) -> Path:
    """The regular file `name` of `folder`. said: who names it, for messages.

    A link may lead to another file of the folder, or into `blobs` of the hub's cache (`snapshots/HASH/NAME` there are
    such links; huggingface_hub `file_download.py`).

    Raises:
        CheckpointError: a path instead of a name, a link that leads out of the folder, or no regular file.
    """
    where = str(folder)
    if not name or name in (".", "..") or any(mark in name for mark in "/\\\0"):
        raise CheckpointError(
            f"{said} names a path, not a file of its folder",
            expected="a plain file name",
            got=repr(name)[:200],
            where=where,
            fix=_COPY,
        )
    path = folder / name
    try:
        real, home = path.resolve(strict=True), folder.resolve(strict=True)
        regular = real.is_file()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise CheckpointError(
            f"{said} names a file that is not there",
            expected=name[:200],
            got=getattr(error, "strerror", None) or str(error),
            where=where,
            fix="Copy or download the folder again, whole",
        ) from error
    if not regular:
        raise CheckpointError(f"{said} names something that is no file", got=name, where=where, fix=_COPY)
    if not _belongs(real, home):
        raise CheckpointError(
            f"{said} names a link that leads out of the folder",
            got=f"{name} -> {real}",
            where=where,
            fix=_COPY,
        )
    return path


def _belongs(real: Path, home: Path) -> bool:
    if real.is_relative_to(home):
        return True
    return home.parent.name == "snapshots" and real.is_relative_to(home.parent.parent / "blobs")
