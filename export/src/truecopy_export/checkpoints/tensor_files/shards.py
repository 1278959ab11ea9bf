"""Weights in several files beside an index: `model.safetensors.index.json`, `pytorch_model.bin.index.json`.

Source: transformers 5.23 `modeling_utils.py` save_pretrained: `weight_map` from tensor to file, `metadata.total_size`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.inside import file_inside
from truecopy_export.checkpoints.json_document import read_document

from .safetensors import read_header

MAX_INDEX = 16 << 20  # bytes; that of a model of 700 billion parameters is 9
MAX_WEIGHTS = 8 << 30  # bytes of all files; an artifact holds 2 GiB of float32
_AGAIN = "Copy or download the folder again, whole"

Read = Callable[[Path], Mapping[str, Any]]


@dataclass(frozen=True)
class Index:
    """files: each shard once, in the order of its name. shard_of: the file that holds a tensor. said: `metadata`."""

    path: Path
    files: tuple[Path, ...]
    shard_of: Mapping[str, str]
    said: Mapping[str, Any]


def read_index(path: Path) -> Index:
    """The index and the places of its shards. No shard is opened.

    Raises:
        CheckpointError: no index; a shard that is not there or stands elsewhere.
    """
    document = read_document(path, "index of shards", MAX_INDEX)
    shard_of, said = document.get("weight_map"), document.get("metadata") or {}
    if (
        not isinstance(shard_of, dict)
        or not shard_of
        or not all(isinstance(name, str) for name in shard_of.values())
    ):
        raise CheckpointError(
            "the index of shards has no weight_map",
            expected='{"weight_map": {"TENSOR": "FILE", ...}}',
            got=f"the keys {', '.join(map(repr, list(document)[:6]))}",
            where=str(path),
            fix=_AGAIN,
        )
    files = tuple(
        file_inside(path.parent, name, f"the index {path.name}") for name in sorted({*shard_of.values()})
    )
    check_bytes(files, path)
    return Index(path, files, shard_of, said if isinstance(said, dict) else {})


def check_bytes(files: tuple[Path, ...], where: Path) -> None:
    """Raises:
    CheckpointError: more than any artifact can hold.
    """
    size = sum(path.stat().st_size for path in files)
    if size > MAX_WEIGHTS:
        raise CheckpointError(
            "the weights are too large",
            expected=f"at most {MAX_WEIGHTS >> 30} GiB: an artifact is one file of less than 2 GiB",
            got=f"{size / (1 << 30):.1f} GiB",
            where=str(where),
        )


def read_shards(index: Index, read: Read) -> dict[str, Any]:
    """Every tensor, each from the shard that the index names. read: one shard, whatever its format.

    Raises:
        CheckpointError: a shard holds other tensors than the index says; or what `read` raises.
    """
    by_file: dict[str, set[str]] = {}
    for name, file in index.shard_of.items():
        by_file.setdefault(file, set()).add(name)
    tensors: dict[str, Any] = {}
    for path in index.files:
        held = read(path)
        _check_held(index, path, {*held}, by_file[path.name])
        tensors.update(held)
    return tensors


def _check_held(index: Index, path: Path, held: set[str], listed: set[str]) -> None:
    lost, more = sorted(listed - held), sorted(held - listed)
    if lost:
        raise CheckpointError(
            "a shard does not hold what the index says",
            expected=f"{lost[0]!r} in {path.name}",
            got=f"{len(lost)} of its {len(listed)} tensors missing",
            where=str(index.path),
            fix=_AGAIN,
        )
    if more:
        elsewhere = index.shard_of.get(more[0])
        raise CheckpointError(
            "a shard holds tensors that the index does not place there",
            expected=f"{more[0]!r} in {elsewhere}" if elsewhere else f"no {more[0]!r} anywhere",
            got=f"{len(more)} such tensors in {path.name}",
            where=str(index.path),
            fix=_AGAIN,
        )


def facts_of(index: Index) -> list[tuple[str, str]]:
    """For people: how many shards, and a total that is not what the index says (nothing depends on it)."""
    facts = [("weights file", f"{len(index.files)} shards, {index.path.name}")]
    said = index.said.get("total_size")
    if all(path.suffix == ".safetensors" for path in index.files):
        held = sum(path.stat().st_size - _header_bytes(path) for path in index.files)
        if isinstance(said, int | float) and said != held:
            facts.append(("total_size", f"{said:g} in the index, and the shards hold {held} bytes"))
    return facts


def _header_bytes(path: Path) -> int:
    read_header(path)
    with path.open("rb") as file:
        return 8 + int.from_bytes(file.read(8), "little")
