"""Artifacts beside a file, in `artifacts/` beside it, and in `artifacts/` of the current folder: skimmed, never verified."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from truecopy.contract import Contract, decode
from truecopy.errors import NoContract, TruecopyError
from truecopy.limits import DEFAULT_LIMITS

from .metadata import CONTRACT_KEY
from .regular import open_regular
from .seal import SEAL_BYTES, read_seal
from .skim import skim

FOLDER = "artifacts"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What an artifact says of itself: unverified until it is loaded. digest: of its seal, None where it has none."""

    path: Path
    contract: Contract
    digest: str | None


def neighbour(path: Path) -> Neighbour:
    """Skim one file: milliseconds for a gigabyte.

    Raises:
        ArtifactError: unreadable, no contract in it, or of another version.
        ContractError: the document is wrong.
    """
    entries = skim(path).entries
    if CONTRACT_KEY not in entries:
        raise NoContract("the file carries no Truecopy contract", where=str(path))
    with open_regular(path) as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - SEAL_BYTES))
        digest = read_seal(file.read())
    return Neighbour(path, decode(entries[CONTRACT_KEY], DEFAULT_LIMITS), digest)


def neighbours(path: Path) -> tuple[list[Neighbour], list[Path]]:
    """The artifacts that stand where those of `path` would, by name; and the .onnx files that could not be skimmed."""
    found: list[Neighbour] = []
    unread: list[Path] = []
    for file in _files(path):
        try:
            found.append(neighbour(file))
        except NoContract:
            continue  # another tool's file, and no business of ours
        except (TruecopyError, OSError):
            unread.append(file)
    return found, unread


def folders(path: Path) -> list[Path]:
    """Where artifacts of `path` are looked for, in this order."""
    return [path.parent, path.parent / FOLDER, Path(FOLDER)]


def _files(path: Path) -> list[Path]:
    """Each file once, though two of the folders may be one."""
    files: dict[str, Path] = {}
    for folder in folders(path):
        try:
            names = sorted(file for file in folder.iterdir() if file.suffix.lower() == ".onnx")
        except OSError:
            continue
        for file in names:
            # os.path, since Path.resolve raises where links go in a circle.
            files.setdefault(os.path.realpath(file), file)
    return list(files.values())
