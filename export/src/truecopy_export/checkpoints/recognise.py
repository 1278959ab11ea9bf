"""What a file is, by its first bytes. The name is never asked: a `.pth` may be anything."""

from __future__ import annotations

import re
from typing import Literal

from truecopy.errors import CheckpointError

Family = Literal["zip", "legacy", "safetensors"]

HEAD = 512  # bytes; a tar header is the longest thing looked at

# torch.serialization.MAGIC_NUMBER 0x1950a86a20f9469cfc6c as pickle writes it (LONG1, 10 bytes, little endian)
_LEGACY_MAGIC = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
_TAKEN = "a PyTorch state dict (torch.save) or safetensors"
_SAVE = 'Where the model was trained: torch.save(model.state_dict(), "weights.pth")'

# (pattern of the first bytes, what it is, what to do next); the first that matches is the answer.
_FOREIGN: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (
        re.compile(rb"version https://git-lfs"),
        "a Git-LFS pointer, not the file itself",
        "Fetch it: git lfs pull",
    ),
    (
        re.compile(rb"\s*(<!doctype html|<html|<\?xml|<head)", re.IGNORECASE),
        "an HTML page, not a model: the download answered with a web page",
        "Download it again, through the file's raw link",
    ),
    (
        re.compile(rb"\x89HDF\r\n\x1a\n"),
        "an HDF5 file (a Keras .h5 model or its weights)",
        "Export it with --arch keras, or turn it into ONNX (tf2onnx) and type: truecopy attach",
    ),
    (
        re.compile(rb"....TFL3", re.DOTALL),
        "a TensorFlow Lite model",
        "Go back to the model it was converted from, or turn it into ONNX (tf2onnx) and type: truecopy attach",
    ),
    (
        re.compile(rb"\x08\x01\x12", re.DOTALL),
        "a TensorFlow SavedModel (saved_model.pb)",
        "Turn its folder into ONNX (tf2onnx --saved-model) and type: truecopy attach",
    ),
    (
        re.compile(rb"\x08[\x02-\x20][\x12\x1a\x22\x2a\x32\x3a\x42]", re.DOTALL),
        "an ONNX model, which is no checkpoint any more",
        "Type: truecopy attach",
    ),
    (
        re.compile(rb"\s*\{"),
        "a JSON document (TensorFlow.js model.json, a config, an index of shards)",
        "Give the file with the weights",
    ),
    (
        re.compile(rb".{257}ustar", re.DOTALL),
        "a tar archive (some tools pack one; PyTorch below 0.1.10 saved one)",
        "Unpack it and give the checkpoint inside, or load and save it once more with its own PyTorch",
    ),
    (re.compile(rb"\x1f\x8b"), "a gzip archive", "Unpack it (gunzip) and give the checkpoint inside"),
    (
        re.compile(rb"BZh|\xfd7zXZ\x00|7z\xbc\xaf|Rar!"),
        "a compressed archive",
        "Unpack it and give what is inside",
    ),
    (re.compile(rb"\x93NUMPY"), "a NumPy array", _SAVE),
    (
        re.compile(rb"\x80[\x02-\x05]"),
        "a plain Python pickle, not written by torch.save; it is not opened, because unpickling runs code",
        _SAVE,
    ),
)


def recognise(head: bytes, size: int, where: str) -> Family:
    """Tell the family of a file from its first `HEAD` bytes and its size in bytes.

    Raises:
        CheckpointError: it is nothing that is read here; the message names what it is.
    """
    if size == 0:
        raise CheckpointError(
            "The checkpoint is an empty file",
            expected=_TAKEN,
            got="0 bytes",
            where=where,
            fix="Copy or download it again",
        )
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head[:1] == b"\x80" and _LEGACY_MAGIC in head[:64]:
        return "legacy"
    if _is_safetensors(head):
        return "safetensors"
    for pattern, what, fix in _FOREIGN:
        if pattern.match(head):
            raise CheckpointError(f"The file is {what}", expected=_TAKEN, where=where, fix=fix)
    raise CheckpointError(
        "The file is no checkpoint",
        expected=_TAKEN,
        got=f"{size} bytes that begin with {head[:8]!r}",
        where=where,
        fix=_SAVE,
    )


def _is_safetensors(head: bytes) -> bool:
    # The format: a little-endian u64 length of the header (the library's cap is 100 MB), then JSON.
    return len(head) > 8 and head[8:9] == b"{" and 0 < int.from_bytes(head[:8], "little") <= 100_000_000
