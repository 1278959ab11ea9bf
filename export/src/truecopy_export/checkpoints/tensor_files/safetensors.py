"""safetensors: named tensors, and words about them in `__metadata__`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import torch

from truecopy.contract import strict_json
from truecopy.errors import CheckpointError, ContractError

MAX_HEADER = 32 << 20  # bytes; the library itself takes 100 MB, and a header of 10,000 tensors is one
_DEPTH = 4  # the header, a tensor's entry, its shape
# What `format` says of files in torch's layout. Others keep their convolutions and matrices the other way round.
_FORMAT = "pt"


@dataclass(frozen=True)
class Header:
    """names: of the tensors, in the order of the header. metadata: `__metadata__`, texts by name."""

    names: tuple[str, ...]
    metadata: Mapping[str, str]


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of one file, on the CPU.

    Raises:
        CheckpointError: damaged or cut short, a name twice, or in the layout of another framework.
    """
    header = read_header(path)
    stated = header.metadata.get("format", _FORMAT)
    if stated != _FORMAT:
        raise CheckpointError(
            "The safetensors file holds the weights in the layout of another framework",
            expected='"format": "pt" in its __metadata__, or no format',
            got=f'"format": {stated!r:.60}',
            where=str(path),
            fix="Load the model with that framework's own library, convert it to PyTorch there and save it again",
        )
    try:
        tensors: dict[str, torch.Tensor] = safetensors.torch.load_file(path, device="cpu")
    except (safetensors.SafetensorError, RuntimeError, ValueError, KeyError, OSError) as error:
        raise _damaged(str(error), path) from error
    return tensors


def read_header(path: Path) -> Header:
    """Names and metadata, without a tensor. The library checks the offsets when it loads them.

    Source: huggingface/safetensors README, section Format: a little-endian u64 length, then JSON.

    Raises:
        CheckpointError: no such header, or a name twice in it.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            text = file.read(length) if length <= min(MAX_HEADER, path.stat().st_size) else b""
    except OSError as error:
        raise _damaged(str(error), path) from error
    if len(text) != length or not text:
        raise _damaged(f"a header of {length} bytes", path)
    try:
        document = strict_json.loads(text, max_bytes=MAX_HEADER, max_depth=_DEPTH, what="header")
    except ContractError as error:
        raise _damaged(str(error), path) from error
    metadata = document.get("__metadata__", {}) if isinstance(document, dict) else None
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise _damaged("a header that is no table of tensors", path)
    return Header(tuple(name for name in document if name != "__metadata__"), metadata)


def _damaged(got: str, path: Path) -> CheckpointError:
    return CheckpointError(
        "The safetensors file is damaged or cut short",
        got=got[:300],
        where=str(path),
        fix="Copy or download it again",
    )
