"""A torch.export archive (.pt2): what of it torch is given.

`torch.export.load` unpickles whatever `weights_only` refuses (`serialize.py`, `deserialize_torch_artifact`;
`pt2_archive/_package.py`: pickled weights, constants and custom objects) and opens compiled libraries of the archive. So torch
gets an archive written anew, without a pickle or a library in it: the checked JSON, and tensors as raw bytes that fill them.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from typing import Any

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.networks.strided import check_strided
from truecopy_export.networks.zip_members import written

from .document import checked, parsed

_MODEL = "models/model.json"
_PARTS = (
    ("data/weights/", "data/weights/model_weights_config.json"),
    ("data/constants/", "data/constants/model_constants_config.json"),
)
# `torch/_export/serde/schema.py`, ScalarType: bytes of one number; 8-bit floats and the like are not here.
_ITEM = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 2,
    7: 4,
    8: 8,
    9: 4,
    10: 8,
    11: 16,
    12: 1,
    13: 2,
    28: 2,
    34: 4,
    35: 8,
}
_STRIDED = 7


def safe_archive(members: Mapping[str, bytes], where: str) -> tuple[io.BytesIO, str]:
    """The archive for `torch.export.load`, and the version of torch that wrote the file.

    Raises:
        Blocked: pickled tensors, objects, expressions or operators that are not let through; nothing was loaded.
        CheckpointError: damaged, or written by a torch before 2.9.
    """
    _check_layout(members, where)
    document = checked(parsed(members[_MODEL], where), where)
    if not isinstance(document, dict):
        raise CheckpointError("the file is not a program that torch.export wrote", where=where)
    kept = {
        "archive_format": b"pt2",
        "archive_version": b"0",
        "byteorder": b"little",
        ".data/version": b"6\n",
    }
    kept[_MODEL] = _dumped(document)
    kept["data/sample_inputs/model.pt"] = b""
    for folder, config in _PARTS:
        payload = checked(parsed(members[config], where), where)
        for path in _paths(payload, folder, members, where):
            kept[path] = members[path]
        kept[config] = _dumped(payload)
    return written(kept), str(document.get("torch_version", "unknown"))


def _dumped(document: Any) -> bytes:
    return json.dumps(document).encode()


def _check_layout(members: Mapping[str, bytes], where: str) -> None:
    missing = [name for name in (_MODEL, *(config for _, config in _PARTS)) if name not in members]
    if missing:
        old = any(name.startswith("serialized_") or name.endswith("/model.pt") for name in members)
        raise CheckpointError(
            "the program was saved by a torch below 2.9, with pickled weights"
            if old
            else "the file is not a program that torch.export wrote",
            expected=f"a member {missing[0]}",
            where=where,
            fix="With a newer torch, where the file can be trusted: "
            "torch.export.save(torch.export.load(FILE), NEW_FILE)",
        )
    if (
        members.get("archive_version", b"0").strip() != b"0"
        or members.get("byteorder", b"little") != b"little"
    ):
        raise CheckpointError(
            "the archive is of a later version, or of a big-endian machine",
            expected="version 0, little",
            where=where,
        )


def _paths(payload: Any, folder: str, members: Mapping[str, bytes], where: str) -> set[str]:
    """The members that the tensors of a checked `config` lie in.

    Raises:
        Blocked: a pickled one.
        CheckpointError: a tensor outside its bytes.
    """
    found = set()
    try:
        for name, one in payload["config"].items():
            meta = one["tensor_meta"]
            if one["use_pickle"] is not False or meta is None:
                raise Blocked(
                    "the program holds a pickled tensor or object: unpickling it would run code",
                    expected="plain tensors",
                    got=name,
                    where=where,
                    fix="Export the network again from its own code, with plain tensors",
                )
            path = folder + one["path_name"]
            _check_tensor(meta, len(members[path]), where)
            found.add(path)
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            "the program's tensors are not described as torch.export does",
            got=f"{type(error).__name__}: {error}",
            where=where,
            fix="Copy or download it again",
        ) from error
    return found


def _check_tensor(meta: Mapping[str, Any], size: int, where: str) -> None:
    """Torch fills a tensor of no bytes with zeros of any size, and looks at no strides."""
    item = _ITEM.get(meta["dtype"])
    if item is None or meta["layout"] != _STRIDED:
        raise CheckpointError(
            "a tensor of the program is of a type that is not exported",
            got=f"type {meta['dtype']}, layout {meta['layout']}",
            where=where,
        )
    shape, strides = ([one["as_int"] for one in meta[part]] for part in ("sizes", "strides"))
    if size % item or (not size and math.prod(shape)):
        raise CheckpointError("a tensor of the program is cut short", got=f"{size} bytes", where=where)
    check_strided(size // item, meta["storage_offset"]["as_int"], shape, strides, where)
