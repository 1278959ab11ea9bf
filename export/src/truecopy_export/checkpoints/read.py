"""Read a checkpoint file into plain containers and CPU tensors, running no code of its own."""

from __future__ import annotations

import hashlib
import os
import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import safetensors
import safetensors.torch
import torch

from truecopy.errors import CheckpointError

from .archive import read_pickle
from .blocked import refuse_blocked
from .checkpoint import Checkpoint, Format
from .recognise import HEAD, Family, recognise
from .standins import STANDINS

_SAVE = 'Where the model was trained: torch.save(model.state_dict(), "weights.pth")'
_FORMATS: dict[Family, Format] = {
    "zip": "pytorch-zip",
    "legacy": "pytorch-legacy",
    "safetensors": "safetensors",
}


def read_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read a zip or legacy PyTorch file or a safetensors file, whatever it is called, onto the CPU.

    Raises:
        CheckpointError: no such file, not a checkpoint (what it is gets named), damaged, cut short.
        Blocked: unpickling would run code; every blocked global is named.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            return _read(path, file)
    except IsADirectoryError as error:
        tensorflow = (path / "saved_model.pb").exists()
        raise CheckpointError(
            "The checkpoint is a folder" + (" with a TensorFlow SavedModel" if tensorflow else ""),
            expected="one file",
            where=str(path),
            fix="Turn it into ONNX (tf2onnx) and type: truecopy attach"
            if tensorflow
            else "Name the file inside it",
        ) from error
    except OSError as error:
        raise CheckpointError(
            "The checkpoint cannot be opened", got=error.strerror or str(error), where=str(path)
        ) from error


def _read(path: Path, file: BinaryIO) -> Checkpoint:
    where = str(path)
    head = file.read(HEAD)
    family = recognise(head, path.stat().st_size, where)
    digest = _sha256(file)
    if family == "safetensors":
        content = _load_safetensors(path)
    else:
        file.seek(0)
        refuse_blocked(read_pickle(file, where) if family == "zip" else file, where)
        file.seek(0)
        content = _load_pickle(file, where)
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise CheckpointError(
            "The checkpoint holds no dictionary of names", got=type(content).__name__, where=where, fix=_SAVE
        )
    return Checkpoint(path=path, name=path.name, sha256=digest, format=_FORMATS[family], content=content)


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _load_pickle(file: BinaryIO, where: str) -> Any:
    with torch.serialization.safe_globals(list(STANDINS)), warnings.catch_warnings():
        # torch warns of other pickle protocols and of its own storages; what it cannot read raises below.
        warnings.simplefilter("ignore")
        try:
            return torch.load(file, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as error:
            raise CheckpointError(
                "The checkpoint's pickle cannot be read", got=_last_line(error), where=where, fix=_SAVE
            ) from error
        except Exception as error:
            # A hostile or damaged pickle makes torch raise nearly anything: RuntimeError, KeyError, EOFError, ...
            raise CheckpointError(
                "The checkpoint is damaged or cut short",
                got=f"{type(error).__name__}: {_last_line(error)}",
                where=where,
                fix="Copy or download it again",
            ) from error


def _load_safetensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        tensors: dict[str, torch.Tensor] = safetensors.torch.load_file(path, device="cpu")
    except (safetensors.SafetensorError, RuntimeError, ValueError, KeyError) as error:
        raise CheckpointError(
            "The safetensors file is damaged or cut short",
            got=str(error),
            where=str(path),
            fix="Copy or download it again",
        ) from error
    return tensors


def _last_line(error: Exception) -> str:
    """The one telling line of torch's long advice, which tells people to allow what is blocked."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [
        line for line in lines if not line.startswith(("Check the documentation", "Weights only load failed"))
    ]
    return (telling or lines or [type(error).__name__])[-1]
