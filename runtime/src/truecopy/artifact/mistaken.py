"""What a file is that is no ONNX file, by its first bytes, and what to do about it."""

from __future__ import annotations

from truecopy.errors import UnreadableArtifact

from .wire import Bytes

_PAGE = ("it is a web page", "Download the file itself, not the page about it")
_HEADS: tuple[tuple[bytes, tuple[str, str]], ...] = (
    (b"version https://git-lfs", ("it is a Git-LFS pointer, not the file itself", "Fetch it: git lfs pull")),
    (b"<!DOCTYPE", _PAGE),
    (b"<html", _PAGE),
    (
        b"PK\x03\x04",
        ("it is a zip archive, perhaps a checkpoint", "truecopy export turns a checkpoint into a model"),
    ),
    (
        b"\x89HDF\r\n",
        ("it is an HDF5 file, perhaps Keras weights", "Convert it to ONNX first, then truecopy attach"),
    ),
)
_CUT_SHORT = "Copy the file again from where it was exported"


def no_onnx(data: Bytes, reason: Exception | str, where: str) -> UnreadableArtifact:
    """The error for bytes that are no protobuf: `reason` is where the reader gave up."""
    head = bytes(data[:64])
    for start, (what, fix) in _HEADS:
        if head.startswith(start):
            return UnreadableArtifact(f"this is no ONNX file: {what}", where=where, fix=fix)
    return UnreadableArtifact(
        f"this is no ONNX file, or it is cut short: {reason}", where=where, fix=_CUT_SHORT
    )
