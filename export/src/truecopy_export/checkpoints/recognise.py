"""What a file or folder is, by its content. The name is never asked: a `.pth` may be anything."""

from __future__ import annotations

import re
from pathlib import Path

from truecopy.errors import CheckpointError

from .folders import folder_format, json_format
from .foreign import TAKEN, refuse_foreign
from .formats import Format
from .pytorch.archive import zip_format

HEAD = 512  # bytes; a tar header is the longest thing looked at

# torch.serialization.MAGIC_NUMBER 0x1950a86a20f9469cfc6c as pickle writes it (LONG1, 10 bytes, little endian)
_LEGACY_MAGIC = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"


def recognise(path: Path) -> Format:
    """The format of a file or folder.

    Raises:
        CheckpointError: not there, or nothing that is read here; the message names what it is.
    """
    where = str(path)
    try:
        if path.is_dir():
            return folder_format(path)
        head, size = _head(path)
    except OSError as error:
        raise _not_opened(path, error) from error
    if head.startswith(b"PK\x03\x04"):
        return zip_format(path)
    if head[:1] == b"\x80" and _LEGACY_MAGIC in head[:64]:
        return "pytorch-legacy"
    if _is_safetensors(head):
        return "safetensors"
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "keras-hdf5"
    if head.startswith(b"\x08\x01\x12"):
        return "tensorflow-savedmodel"
    if re.match(rb"\s*\{", head):
        return json_format(path)
    raise refuse_foreign(head, size, where)


def _not_opened(path: Path, error: OSError) -> CheckpointError:
    """A link on the way that leads nowhere, or round in a circle, is named."""
    link = next((one for one in (path, *path.parents) if one.is_symlink() and not one.exists()), None)
    if link is None:
        return CheckpointError(
            "The checkpoint cannot be opened",
            got=error.strerror or str(error),
            where=str(path),
            fix="Check its path, and that you may read it",
        )
    return CheckpointError(
        "The checkpoint cannot be opened: a link leads to nothing",
        got=f"{link} -> {link.readlink()}",
        where=str(path),
        fix="Name the file itself, or make the link anew",
    )


def _head(path: Path) -> tuple[bytes, int]:
    """The first bytes and the size of a file that is not empty."""
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise CheckpointError(
            "The checkpoint is no regular file", expected=TAKEN, where=str(path), fix="Save it to a file"
        )
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise CheckpointError(
            "The checkpoint is an empty file",
            expected=TAKEN,
            got="0 bytes",
            where=str(path),
            fix="Copy or download it again",
        )
    return head, path.stat().st_size


def _is_safetensors(head: bytes) -> bool:
    # The format: a little-endian u64 length of the header (the library's cap is 100 MB), then JSON.
    return len(head) > 8 and head[8:9] == b"{" and 0 < int.from_bytes(head[:8], "little") <= 100_000_000
