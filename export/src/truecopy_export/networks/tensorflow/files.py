"""The files of a SavedModel's folder: which ones there are, and that they are what they seem."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from truecopy.contract.strict_yaml import read_bounded
from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.inside import file_below
from truecopy_export.counted import counted
from truecopy_export.graph.prepare import MAX_WEIGHT_BYTES

_SHARD = re.compile(r"variables\.data-(\d{5})-of-(\d{5})")
PROGRAM, INDEX = "saved_model.pb", "variables.index"
MAX_INDEX = 64 << 20
_SAID = "the SavedModel"


@dataclass(frozen=True)
class SavedModelFiles:
    """program: the bytes of `saved_model.pb`. variables: the index and its shards; empty where there are none."""

    folder: Path
    program: bytes
    variables: tuple[Path, ...]

    @property
    def all(self) -> tuple[Path, ...]:
        return (self.folder / PROGRAM, *self.variables)


def saved_model_files(path: Path) -> SavedModelFiles:
    """path: the folder, or its `saved_model.pb`.

    Raises:
        CheckpointError: files are missing, links out of the folder, no files, or too large.
    """
    folder = path if path.is_dir() else path.parent
    if path.is_file() and path.name != PROGRAM:
        raise CheckpointError(
            "a SavedModel is a folder",
            expected=f"the folder, or the {PROGRAM} in it",
            got=path.name,
            where=str(path),
            fix=f"Give the file its name back ({PROGRAM}), with the folder `variables` beside it",
        )
    program = file_below(folder, PROGRAM, _SAID)
    variables = _variables(folder)
    weights = sum(one.stat().st_size for one in variables)
    if weights > MAX_WEIGHT_BYTES:
        raise CheckpointError(
            f"the weights are {weights / (1 << 30):.2f} GiB",
            expected="less than protobuf's 2 GiB: an artifact is one file",
            where=str(folder),
            fix="Export a smaller network",
        )
    data = read_bounded(program, "the network", PROGRAM, MAX_WEIGHT_BYTES, CheckpointError)
    return SavedModelFiles(folder, data, variables)


def _variables(folder: Path) -> tuple[Path, ...]:
    inside = folder / "variables"
    if not inside.is_dir():
        return ()
    if inside.is_symlink():
        raise CheckpointError(
            "the variables of the SavedModel are a link",
            where=str(inside),
            fix="Copy the folder with its files (cp -rL)",
        )
    names = sorted(one.name for one in inside.iterdir())
    shards = [name for name in names if _SHARD.fullmatch(name)]
    if not shards and INDEX not in names:
        return ()
    count = int(_SHARD.fullmatch(shards[0])[2]) if shards else 0  # type: ignore[index]
    wanted = [f"variables.data-{index:05d}-of-{count:05d}" for index in range(count)]
    if not shards or shards != wanted or INDEX not in names:
        raise CheckpointError(
            "files of the variables are missing",
            expected=f"{INDEX} and {counted(count, 'shard') if count else 'its shards'}",
            got=", ".join([name for name in names if name == INDEX] + shards[:4]),
            where=str(inside),
            fix="Copy the whole folder",
        )
    found = tuple(file_below(folder, f"{inside.name}/{name}", _SAID) for name in (INDEX, *shards))
    if found[0].stat().st_size > MAX_INDEX:
        raise CheckpointError(
            f"{INDEX} is too long", expected=f"at most {MAX_INDEX} bytes", where=str(inside)
        )
    return found
