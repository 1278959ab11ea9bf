"""First bytes of files that hold no weights which are read here: what they are, and what to do next."""

from __future__ import annotations

import re

from truecopy.errors import CheckpointError

TAKEN = (
    "a PyTorch, safetensors, TorchScript, torch.export, Keras or TensorFlow model, or a Hugging Face folder"
)
SAVE = 'Where the model was trained: torch.save(model.state_dict(), "weights.pth")'

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
        re.compile(rb"....TFL3", re.DOTALL),
        "a TensorFlow Lite model",
        "Go back to the model it was converted from, or turn it into ONNX (tf2onnx) and type: truecopy attach",
    ),
    (
        re.compile(rb"\x08[\x02-\x20][\x12\x1a\x22\x2a\x32\x3a\x42]", re.DOTALL),
        "an ONNX model, which is no checkpoint any more",
        "Type: truecopy attach",
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
    (re.compile(rb"\x93NUMPY"), "a NumPy array", SAVE),
    (
        re.compile(rb"\x80[\x02-\x05]"),
        "a plain Python pickle, not written by torch.save; it is not opened, because unpickling runs code",
        SAVE,
    ),
)


def refuse_foreign(head: bytes, size: int, where: str) -> CheckpointError:
    """The refusal for a file that begins with `head` and is `size` bytes long."""
    for pattern, what, fix in _FOREIGN:
        if pattern.match(head):
            return CheckpointError(f"The file is {what}", expected=TAKEN, where=where, fix=fix)
    return CheckpointError(
        "The file is no checkpoint",
        expected=TAKEN,
        got=f"{size} bytes that begin with {head[:8]!r}",
        where=where,
        fix=SAVE,
    )
