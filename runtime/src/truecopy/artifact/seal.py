"""The seal: the hex SHA-256 of all bytes before it, appended as the very last field. Integrity, not authenticity."""

from __future__ import annotations

import hashlib

from truecopy.errors import Changed, NotSealed

from .metadata import DIGEST_KEY, write_entry
from .wire import Bytes

_HEX = 64
SEAL_BYTES = len(write_entry(DIGEST_KEY, "0" * _HEX))
_HEAD = write_entry(DIGEST_KEY, "0" * _HEX)[:-_HEX]


def append_seal(content: bytes) -> bytes:
    """`content` with its seal. One SHA-256; nothing is serialised again."""
    return content + write_entry(DIGEST_KEY, hashlib.sha256(content).hexdigest())


def read_seal(tail: Bytes) -> str | None:
    """The digest in the last `SEAL_BYTES` of a file, or None where no seal is last."""
    last = bytes(tail[-SEAL_BYTES:])
    if len(last) != SEAL_BYTES or not last.startswith(_HEAD):
        return None
    try:
        return last[-_HEX:].decode("ascii")
    except UnicodeDecodeError:
        return None


def not_sealed(where: str) -> NotSealed:
    return NotSealed(
        "the file is not sealed: a tool rewrote it after the export",
        expected="the seal as the last field of the file",
        where=where,
        fix=f"If you trust the change: truecopy seal {where} -o OUT.onnx; else export again",
    )


def check_seal(sealed: str, digest: str, where: str) -> None:
    """Compare the seal with the digest of the bytes before it.

    Raises:
        Changed: they differ.
    """
    if sealed != digest:
        raise Changed(
            "the file changed since it was sealed",
            expected=f"sha256 {sealed[:16]}…",
            got=f"{digest[:16]}…",
            where=where,
            fix=f"Copy it again from where it was exported. If a tool changed it and you trust the change: "
            f"truecopy seal {where} -o OUT.onnx",
        )
