"""Read a checkpoint of named tensors, running no code of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from truecopy.errors import Blocked, CheckpointError

from .checkpoint import Checkpoint
from .digest import digest_of, digest_of_files
from .formats import IN_WORDS, NETWORKS, Format
from .pytorch.files import read_legacy, read_zip
from .pytorch.pickled_modules import read_unsafely
from .recognise import recognise
from .tensor_files.huggingface_folder import find_weights, read_config, read_weights
from .tensor_files.safetensors import read_safetensors
from .tensor_files.shards import read_index, read_shards

_FILES: Mapping[Format, Callable[[Path], Mapping[str, Any]]] = {
    "pytorch-zip": read_zip,
    "pytorch-legacy": read_legacy,
    "safetensors": read_safetensors,
}


def read_checkpoint(path: str | os.PathLike[str], *, unsafe_pickle: bool = False) -> Checkpoint:
    """Read a file or folder of named tensors, whatever it is called, onto the CPU.

    unsafe_pickle: run the code that a pickle asks for; without it such a file is refused.

    Raises:
        CheckpointError: no such file, not a checkpoint (what it is gets named), damaged, cut short.
        Blocked: unpickling would run code; every blocked global is named.
    """
    path = Path(path)
    kind = recognise(path)
    if kind in NETWORKS:
        raise CheckpointError(
            f"The file is {IN_WORDS[kind]}, not a state dict",
            where=str(path),
            fix="It holds the whole network: truecopy export takes it without --arch",
        )
    if unsafe_pickle and kind in ("pytorch-zip", "pytorch-legacy"):
        content, modules = read_unsafely(path)
        return Checkpoint(path, path.name, digest_of(path), kind, content, modules)
    if kind == "sharded":
        return _sharded(path)
    if kind == "huggingface-folder":
        return _huggingface(path)
    content = _FILES[kind](path)
    return Checkpoint(path=path, name=path.name, sha256=digest_of(path), format=kind, content=content)


def _sharded(path: Path) -> Checkpoint:
    index = read_index(path)
    content = read_shards(index, _read_part)
    sha256 = digest_of_files(path.parent, (path, *index.files))
    return Checkpoint(path=path, name=path.name, sha256=sha256, format="sharded", content=content)


def _huggingface(folder: Path) -> Checkpoint:
    read_config(folder)  # before the weights: it is small
    found = find_weights(folder)
    content = read_weights(found, _read_part)
    sha256 = digest_of_files(folder, found.files)
    name = folder.resolve().name
    return Checkpoint(path=folder, name=name, sha256=sha256, format="huggingface-folder", content=content)


def _read_part(path: Path) -> Mapping[str, Any]:
    """One file of weights of a folder, whatever it is called.

    Raises:
        CheckpointError: a file of another kind; or what its reader raises.
        Blocked: unpickling would run code.
    """
    kind = recognise(path)
    if kind not in _FILES:
        raise CheckpointError(
            f"The folder's file of weights is {IN_WORDS[kind]}",
            expected="safetensors, or a state dict of torch.save",
            where=str(path),
            fix="Copy or download the folder again, whole",
        )
    try:
        return _FILES[kind](path)
    except Blocked as error:
        raise Blocked.of(
            error,
            fix="The weights of a folder are never unpickled so: save them as safetensors where the model was trained "
            "(model.save_pretrained)",
        ) from error
