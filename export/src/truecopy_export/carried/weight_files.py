"""What files of weights say about themselves, and which of a folder's are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from truecopy_export.checkpoints import Checkpoint
from truecopy_export.checkpoints.tensor_files.huggingface_folder import find_weights
from truecopy_export.checkpoints.tensor_files.safetensors import read_header
from truecopy_export.checkpoints.tensor_files.shards import facts_of, read_index

_LONGEST = 200


def facts_of_files(checkpoint: Checkpoint) -> Iterator[tuple[str, str]]:
    """(what, in words): shards, files that are not read, and the `__metadata__` of safetensors.

    Raises:
        CheckpointError: a file that is damaged.
    """
    match checkpoint.format:
        case "safetensors":
            yield from _metadata(checkpoint.path)
        case "sharded":
            index = read_index(checkpoint.path)
            yield from facts_of(index)
            yield from _first_metadata(index.files)
        case "huggingface-folder":
            yield from _of_folder(checkpoint.path)


def _of_folder(folder: Path) -> Iterator[tuple[str, str]]:
    found = find_weights(folder)
    if found.index is None:
        yield "weights file", found.chosen.name
    else:
        yield from facts_of(found.index)
    if found.ignored:
        yield "not read", f"{', '.join(found.ignored)} beside {found.chosen.name}"
    yield from _first_metadata(found.files)


def _first_metadata(files: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    first = next((path for path in files if path.suffix == ".safetensors"), None)
    if first is not None:
        yield from _metadata(first)


def _metadata(path: Path) -> Iterator[tuple[str, str]]:
    for name, value in sorted(read_header(path).metadata.items()):
        yield f"__metadata__ {name}"[:_LONGEST], value[:_LONGEST]
