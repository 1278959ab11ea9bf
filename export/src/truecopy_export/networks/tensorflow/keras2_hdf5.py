"""Older Keras files (HDF5, Keras 2), through tf_keras: those that Keras 3 does not read.

Source of the layout: tf_keras 2.21 `tf_keras/src/saving/legacy/hdf5_format.py`.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from truecopy.errors import CheckpointError
from truecopy_export.carried import Carried
from truecopy_export.checkpoints.digest import digest_of
from truecopy_export.graph.tensorflow.library import import_tensorflow, imported, quiet_tensorflow
from truecopy_export.networks.keras.weights import Stored, read_hdf5, write_hdf5
from truecopy_export.networks.opened import Opened

from .keras2 import build_keras2, network_of_keras2

_ROOT = "model_weights"


def open_keras2_hdf5(path: Path) -> Opened:
    """The network and its weights; what it was trained with (loss, optimizer) is not read.

    Keras is given a file that was written here, with the arrays and their names alone.

    Raises:
        Blocked: Python code or classes of its own in the description.
        CheckpointError: damaged; weights alone; layers that tf_keras does not have; TensorFlow is not installed.
    """
    where = path.name
    stored = read_hdf5(path, where)
    said = stored.attributes.get("", {})
    held = sum(math.prod(one.shape) for name, one in stored.arrays.items() if name.startswith(f"{_ROOT}/"))
    import_tensorflow()
    with quiet_tensorflow():
        model = build_keras2(_description(said, where), held, where)
        _load(stored, model, where)
        network = network_of_keras2(model, where)
    version = str(said.get("keras_version", "1"))[:20]
    return Opened(
        where, digest_of(path), "keras-hdf5", network, f"Keras {version} network {model.name}", Carried()
    )


def _description(said: Any, where: str) -> object:
    if "model_config" not in said:
        raise CheckpointError(
            "the file holds weights only",
            expected="a whole model",
            where=where,
            fix="Where it was trained: model.load_weights(...), then model.save('model.keras')",
        )
    try:
        return msgspec.json.decode(said["model_config"])
    except (msgspec.DecodeError, RecursionError) as error:
        raise CheckpointError(
            "the description of the network is no JSON",
            got=str(error),
            where=where,
            fix="Copy or download it again",
        ) from error


def _load(stored: Stored, model: Any, where: str) -> None:
    h5py = imported("h5py")
    reader = imported("tf_keras.src.saving.legacy.hdf5_format")
    kept = {
        group: {name: value for name, value in said.items() if name != "model_config"}
        for group, said in stored.attributes.items()
        if group.partition("/")[0] == _ROOT
    }
    with tempfile.TemporaryDirectory(prefix="truecopy-") as folder:
        copy = Path(folder) / "weights.h5"
        write_hdf5(stored, copy, kept)
        try:
            with h5py.File(copy, "r") as file:
                reader.load_weights_from_hdf5_group(file[_ROOT], model)
        except Exception as error:  # Keras raises many kinds
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            raise CheckpointError(
                "the weights do not fit the network that the file describes",
                got=f"{type(error).__name__}: {lines[0] if lines else ''}",
                where=where,
                fix="Copy or download it again",
            ) from error
