"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from truecopy.errors import ContractError


@contextlib.contextmanager
def replacing(target: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path beside `target` that takes its place when the block ends well, and is gone when not.

    Raises:
        OSError: the folder is not there (none is ever made), or nothing can be written there; names `target`.
    """
    target = Path(target)
    with _beside(target) as temporary:
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(target)


def write_atomically(target: str | os.PathLike[str], content: bytes) -> None:
    """Raises:
    OSError: as `replacing`.
    """
    with replacing(target) as temporary:
        temporary.write_bytes(content)


def try_to_write(target: str | os.PathLike[str]) -> None:
    """Make a file beside `target` and remove it: asked before anything long whose result goes there.

    Raises:
        OSError: as `replacing` would.
    """
    target = Path(target)
    with _beside(target), contextlib.suppress(FileNotFoundError):
        target.lstat()  # a name that is too long is too long here


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """An empty file in the folder of `target`, which is gone at the end. Errors of the system name `target`."""
    # At most 50 characters of the name, which are 200 bytes of the 255 that a name may have.
    temporary = target.with_name(f".{target.name[:50]}.{os.urandom(8).hex()}.part")
    try:
        # Mode 0666 less the umask: as readable as any other new file (mkstemp would make it 0600).
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        # Nobody knows the temporary name; a full disk names no file at all.
        if error.errno is None or error.filename not in (None, str(temporary)):
            raise
        raise OSError(error.errno, error.strerror, str(target)) from error


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
