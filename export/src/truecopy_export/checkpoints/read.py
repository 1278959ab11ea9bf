"""Read a checkpoint of named tensors, running no code of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from truecopy.errors import CheckpointError

from .checkpoint import Checkpoint
from .digest import digest_of
from .formats import IN_WORDS, NETWORKS, Format
from .pytorch import read_legacy, read_zip
from .recognise import recognise
from .safetensors import read_safetensors

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
        raise NotImplementedError
    if kind not in _FILES:
        raise NotImplementedError(kind)
    content = _FILES[kind](path)
    return Checkpoint(path=path, name=path.name, sha256=digest_of(path), format=kind, content=content)
