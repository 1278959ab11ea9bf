from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
import torch

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import read_checkpoint

MAGIC = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"


class Files:
    """Hand-made checkpoints: the bytes that no honest library writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.evidence = folder / "ran"  # the folder that every payload would make
        self.old = False  # persistent ids as legacy files write them

    def payload(self) -> bytes:
        """Opcodes of protocol 0 that leave `os.mkdir(evidence)` on the stack: with it the code has run."""
        return b"cos\nmkdir\n(" + self.text(str(self.evidence)) + b"tR"

    @staticmethod
    def text(value: str) -> bytes:
        data = value.encode()
        return b"X" + struct.pack("<I", len(data)) + data

    def storage(self, key: str = "0", count: int = 4, kind: bytes = b"ctorch\nFloatStorage\n") -> bytes:
        """Opcodes of the persistent id of a zip file's storage."""
        parts = (
            self.text("storage")
            + kind
            + self.text(key)
            + self.text("cpu")
            + b"\x8a\x08"
            + struct.pack("<q", count)
        )
        return b"(" + parts + (b"N" if self.old else b"") + b"tQ"

    def tensor(
        self, storage: bytes | None = None, size: bytes = b"K\x04\x85", stride: bytes = b"K\x01\x85"
    ) -> bytes:
        hooks = b"ccollections\nOrderedDict\n)R"
        storage = self.storage() if storage is None else storage
        return (
            b"ctorch._utils\n_rebuild_tensor_v2\n("
            + storage
            + b"K\x00"
            + size
            + stride
            + b"\x89"
            + hooks
            + b"tR"
        )

    def zipped(self, pickle: bytes, extra: Iterable[tuple[str, bytes]] = (), name: str = "best.pt") -> Path:
        """An archive as torch.save writes it, with one storage of four float32: 0, 1, 2, 3."""
        members = [
            ("best/data.pkl", pickle),
            ("best/data/0", torch.arange(4.0).numpy().tobytes()),
            ("best/version", b"3\n"),
        ]
        return self.archive([*members, *extra], name)

    def archive(self, members: Iterable[tuple[str, bytes]], name: str = "best.pt") -> Path:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for member, data in members:
                archive.writestr(zipfile.ZipInfo(member), data)
        return self.written(made.getvalue(), name)

    def legacy(self, content: bytes | None = None, *, name: str = "old.pth", **parts: bytes) -> Path:
        """A legacy file of {"w": 0, 1, 2, 3}; parts: magic, protocol, system, keys, data instead of the honest ones."""
        identity = (
            self.text("storage") + b"ctorch\nFloatStorage\n" + self.text("7") + self.text("cpu") + b"K\x04N"
        )
        honest = b"\x80\x02}" + self.text("w") + self.tensor(b"(" + identity + b"tQ") + b"s."
        pieces = {
            "magic": b"\x80\x02" + MAGIC + b".",
            "protocol": b"\x80\x02M\xe9\x03.",
            "system": b"\x80\x02}.",
            "content": honest if content is None else content,
            "keys": b"\x80\x02]" + self.text("7") + b"a.",
            "data": struct.pack("<q", 4) + torch.arange(4.0).numpy().tobytes(),
        }
        return self.written(b"".join({**pieces, **parts}.values()), name)

    def written(self, data: bytes, name: str) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def refused(self, path: Path, kind: type[CheckpointError] = CheckpointError) -> str:
        """The message of the refusal; and nothing has run."""
        with pytest.raises(kind) as caught:
            read_checkpoint(path)
        assert not self.evidence.exists()
        return str(caught.value)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)
