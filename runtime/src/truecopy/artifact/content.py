"""The bytes of a model file, held so that what was verified is what ONNX Runtime gets."""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import weakref

from truecopy.errors import UnreadableArtifact

from .regular import open_regular

# A session made from bytes keeps them beside its own copy; from here on they go through an anonymous file.
IN_MEMORY_BYTES = 256 << 20
# Protobuf counts bytes in an int32: nothing longer is one model.
MAX_BYTES = (1 << 31) - 1


class Content:
    """`view`: all bytes, read once. `session_source`: the same bytes as `bytes`, or a path that nobody can change."""

    def __init__(self, view: memoryview, session_source: bytes | str, descriptor: int | None = None) -> None:
        self.view = view
        self.session_source = session_source
        self._release = None if descriptor is None else weakref.finalize(self, os.close, descriptor)

    def close(self) -> None:
        """Give the anonymous file back now instead of with the last reference; no session can be opened then."""
        if self._release is not None:
            self._release()


def read_content(path: str | os.PathLike[str], in_memory_bytes: int = IN_MEMORY_BYTES) -> Content:
    """Read a model file.

    Raises:
        UnreadableArtifact: no such file, no regular one, no permission, or longer than 2 GiB.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                raise OSError("longer than an ONNX file can be")
            if size > in_memory_bytes and hasattr(os, "memfd_create"):
                return _anonymous(file.fileno())
            data = file.read()
    except OSError as error:
        raise UnreadableArtifact(
            f"cannot read the model: {error.strerror or error}", where=str(path)
        ) from error
    return Content(memoryview(data), data)


def _anonymous(source: int) -> Content:
    """Copy a file into a memory file and forbid every further change to it (Linux)."""
    import fcntl

    descriptor = os.memfd_create("truecopy", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with contextlib.ExitStack() as on_error:
        on_error.callback(os.close, descriptor)
        with os.fdopen(os.dup(source), "rb") as reader, os.fdopen(os.dup(descriptor), "wb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 20)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
        view = memoryview(mmap.mmap(descriptor, 0, prot=mmap.PROT_READ))
        on_error.pop_all()
    return Content(view, f"/proc/self/fd/{descriptor}", descriptor)
