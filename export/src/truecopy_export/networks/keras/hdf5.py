"""Whole Keras models in HDF5 (`.h5`, `.hdf5`): the format of Keras 1 and 2, which Keras 3 still reads and writes.

Source: keras/src/legacy/saving/legacy_h5_format.py (keras 3.15.1).
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from truecopy.errors import CheckpointError
from truecopy_export.carried import Carried
from truecopy_export.checkpoints.digest import digest_of
from truecopy_export.networks.opened import Opened

from .config import Checked, checked_config
from .keras2_differences import OnlyKeras2
from .library import OtherBackend, import_keras_on_torch
from .model import Unloadable, load_whole
from .network import network_of
from .order import check_order
from .versions import Written, advice, architecture, facts, notes, version_of
from .weights import Stored, as_keras3, read_hdf5, write_hdf5

_ROOT = "model_weights"


def open_keras_hdf5(path: Path) -> Opened:
    """A whole model in HDF5: by Keras 3, or by tf_keras where Keras 3 cannot read what Keras 2 wrote.

    Raises:
        CheckpointError: damaged, hostile, weights alone, or not to be read; the library that it takes is not installed.
    """
    where = path.name
    stored = read_hdf5(path, where)
    said = stored.attributes.get("", {})
    if "model_config" not in said:
        raise CheckpointError(
            "the file holds weights only",
            expected="a whole model",
            got=_content(stored),
            where=where,
            fix="Save the whole model where it is built: model.save('x.keras')",
        )
    version = version_of(said["keras_version"], where) if "keras_version" in said else ""
    written = Written(version, backend=str(said.get("backend", "")))
    if not written.keras2:
        return _by_keras3(path, stored, written)
    if importlib.util.find_spec("keras") is None:
        return _by_tf_keras(path, written, "Keras 3 is not installed")
    try:
        return _by_keras3(path, as_keras3(stored), written)
    except OnlyKeras2 as error:
        return _by_tf_keras(path, written, error.what, error)
    except Unloadable as error:
        return _by_tf_keras(path, written, f"{error.what} ({error.got})", error)
    except OtherBackend:
        if not _tf_keras_is_there():
            raise
        return _by_tf_keras(path, written, "Keras 3 does not run on torch here")


def _by_keras3(path: Path, stored: Stored, written: Written) -> Opened:
    where = path.name
    checked = checked_config(stored.attributes[""]["model_config"], where, keras2=written.keras2)
    keras = import_keras_on_torch()
    with tempfile.TemporaryDirectory(prefix="truecopy-") as folder:
        copy = Path(folder, "checked.h5")
        write_hdf5(stored, copy, _attributes(stored, checked, written))
        model = load_whole(
            keras,
            lambda: keras.saving.load_model(copy, compile=False),
            stored,
            where,
            advice(written, keras),
        )
    check_order(model, stored, _ROOT, where)
    return Opened(
        name=where,
        sha256=digest_of(path),
        format="keras-hdf5",
        network=network_of(keras, model, checked, notes(written, keras, stored)),
        architecture=architecture(model, checked.config["class_name"]),
        carried=Carried(facts=facts(written, model)),
    )


def _attributes(stored: Stored, checked: Checked, written: Written) -> dict[str, dict[str, Any]]:
    """Of the copy: the checked configuration, and the order of layers and weights."""
    made: dict[str, dict[str, Any]] = {
        "": {"keras_version": written.version, "model_config": json.dumps(checked.config)}
    }
    for group, said in stored.attributes.items():
        if group == _ROOT or group.startswith(f"{_ROOT}/"):
            made[group] = {name: value for name, value in said.items() if isinstance(value, list)}
            made[group] |= {name: said[name] for name in ("keras_version", "backend") if name in said}
    return made


def _by_tf_keras(path: Path, written: Written, why: str, error: Exception | None = None) -> Opened:
    """Keras 2's own code, kept as tf_keras on TensorFlow."""
    if not _tf_keras_is_there():
        raise CheckpointError(
            f"the file was written by Keras {written.version or '1'} and takes tf_keras, which is not installed",
            expected="a file that Keras 3 reads, or tf_keras beside TensorFlow",
            got=why,
            where=path.name,
            fix='Type: pip install "truecopy-export[tensorflow]" (tf_keras; Keras 3 for other files: '
            'pip install "truecopy-export[keras]")',
        ) from error
    from truecopy_export.networks.tensorflow import keras2_hdf5

    read: Callable[[Path], Opened] = keras2_hdf5.open_keras2_hdf5
    return read(path)


def _tf_keras_is_there() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("tf_keras", "tensorflow"))


def _content(stored: Stored) -> str:
    names = list(dict.fromkeys(name.partition("/")[0] for name in stored.arrays))
    return f"{len(stored.arrays)} arrays in {', '.join(names[:6])}" if names else "no arrays"
