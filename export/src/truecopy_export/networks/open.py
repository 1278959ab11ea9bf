"""One reader for each format that holds the whole network, imported when it is met."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.formats import IN_WORDS, NetworkFormat

from .opened import Opened

# Format -> the module here, and its function path -> Opened.
_READERS: Mapping[NetworkFormat, tuple[str, str]] = {
    "torchscript": ("torchscript.reader", "open_torchscript"),
    "torch-export": ("program.reader", "open_exported_program"),
    "keras": ("keras.reader", "open_keras"),
    "keras-hdf5": ("keras.hdf5", "open_keras_hdf5"),
    "tensorflow-savedmodel": ("tensorflow.saved_model", "open_saved_model"),
    "tfjs-layers": ("tensorflow.tfjs", "open_tfjs"),
}


def open_network(path: Path, kind: NetworkFormat) -> Opened:
    """The network in a file or folder of this format.

    Raises:
        CheckpointError: damaged, hostile, or not to be converted; the library that it takes is not installed.
    """
    module, name = _READERS[kind]
    try:
        read: Callable[[Path], Opened] = getattr(importlib.import_module(f".{module}", __package__), name)
        return read(path)
    except CheckpointError as error:
        if error.where is not None:
            raise
        # A library that is missing does not know what it was wanted for.
        what = f"{path} is {IN_WORDS[kind]}: {error.what}"
        raise type(error)(what, expected=error.expected, got=error.got, fix=error.fix) from error
