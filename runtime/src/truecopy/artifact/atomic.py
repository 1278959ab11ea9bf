"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from truecopy.errors import ContractError


@contextlib.contextmanager
def replacing(target: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path beside `target` that takes its place when the block ends well, and is gone when not."""
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name[:200]}.{os.urandom(8).hex()}.part")
    # Mode 0666 less the umask: as readable as any other new file (mkstemp would make it 0600).
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_atomically(target: str | os.PathLike[str], content: bytes) -> None:
    with replacing(target) as temporary:
        temporary.write_bytes(content)


def check_other_file(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Is `target` another file than `source`, also by links?

    Raises:
        ContractError: it is the same one.
    """
    same = Path(target).resolve() == Path(source).resolve()
    with contextlib.suppress(FileNotFoundError):
        same = same or Path(target).samefile(source)
    if same:
        raise ContractError(
            "a file is never sealed in place", where=str(source), fix="Name another file with -o"
        )
