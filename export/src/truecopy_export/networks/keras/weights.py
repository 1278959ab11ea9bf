"""The HDF5 part of a Keras model: read in a process of its own, and written again as a file with nothing else in it."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from truecopy.errors import CheckpointError

from . import hdf5_child as keras_hdf5_child

_AGAIN = "Copy or download it again; if it was saved like this, load it in Keras and save it once more: model.save('x.keras')"
_SECONDS, _BYTES_A_SECOND = 60, 10 << 20
# An attribute of HDF5 is 64 KiB at most; Keras writes longer lists as layer_names0, layer_names1, ...
_MAX_ATTRIBUTE = 60_000


@dataclass(frozen=True)
class Stored:
    """arrays: path with slashes -> numbers. attributes: path of a group -> name -> text or texts; the file itself is "".

    backslashes: the paths were written with backslashes (Keras 2.12 to 2.15 on Windows).
    """

    arrays: Mapping[str, np.ndarray]
    attributes: Mapping[str, Mapping[str, Any]]
    backslashes: bool = False


def read_hdf5(source: Path, where: str) -> Stored:
    """Arrays and texts of an HDF5 file that Keras wrote; what belongs to training is left out.

    Raises:
        CheckpointError: damaged, or with anything but plain arrays of its own: links, other files, more claimed than stored.
    """
    seconds = _SECONDS + source.stat().st_size // _BYTES_A_SECOND
    with tempfile.TemporaryDirectory(prefix="truecopy-") as folder:
        target = Path(folder, "arrays.safetensors")
        script = [sys.executable, "-I", keras_hdf5_child.__file__, json.dumps([p for p in sys.path if p])]
        try:
            done = subprocess.run(
                [*script, str(source.resolve()), str(target), str(seconds)],
                capture_output=True, timeout=2 * seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise _damaged(f"the HDF5 library does not come to an end ({seconds} s)", where) from error
        if done.returncode < 0:
            raise _damaged(f"the HDF5 library stopped with signal {-done.returncode}", where)
        try:
            refused = json.loads(done.stdout)
        except ValueError as error:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            if lines and lines[-1].startswith("ModuleNotFoundError"):
                raise CheckpointError(
                    "h5py is not installed", where=where, fix='Type: pip install "truecopy-export[keras]"'
                ) from error
            raise _damaged(lines[-1][:300] if lines else "nothing could be read", where) from error
        if refused:
            place = f"{where}: {refused['where']}" if refused["where"] else where
            raise CheckpointError(
                refused["what"], expected=refused["expected"], got=refused["got"], where=place, fix=_AGAIN
            )
        return _named(*_taken(target), where)


def write_hdf5(stored: Stored, target: Path, attributes: Mapping[str, Mapping[str, Any]]) -> None:
    """The arrays and `attributes` as an HDF5 file."""
    h5py = importlib.import_module("h5py")
    with h5py.File(target, "w") as file:
        for path, array in stored.arrays.items():
            file.create_dataset(path, data=array)
        for path, texts in attributes.items():
            group = file.require_group(path) if path else file
            for name, value in texts.items():
                if isinstance(value, list):
                    _write_list(group, name, value)
                else:
                    group.attrs[name] = value


def _write_list(group: Any, name: str, texts: list[str]) -> None:
    encoded = [text.encode("utf-8") for text in texts]
    longest = max((len(one) for one in encoded), default=1)
    step = max(1, _MAX_ATTRIBUTE // max(1, longest))
    parts = [encoded[start : start + step] for start in range(0, len(encoded), step)] or [[]]
    for number, part in enumerate(parts):
        group.attrs[name if len(parts) == 1 else f"{name}{number}"] = np.array(
            part, dtype=f"S{max(1, longest)}"
        )


def as_keras3(stored: Stored) -> Stored:
    """Keras 2 keeps the counter of a Normalization as an array of one, Keras 3 as a number."""
    arrays = {
        path: array.reshape(()) if array.shape == (1,) and array.dtype.kind == "i" else array
        for path, array in stored.arrays.items()
    }
    return replace(stored, arrays=arrays)


def texts_of(attributes: Mapping[str, Any], name: str) -> list[str] | None:
    """A list of texts, which may stand in pieces: layer_names0, layer_names1, ... None: not there.

    Source: keras/src/legacy/saving/legacy_h5_format.py `load_attributes_from_hdf5_group`.
    """
    if name in attributes:
        return list(attributes[name])
    texts: list[str] = []
    number = 0
    while f"{name}{number}" in attributes:
        texts += attributes[f"{name}{number}"]
        number += 1
    return texts if number else None


def _taken(target: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    from safetensors import safe_open

    with safe_open(target, "np") as file:
        names = list(file.keys())
        return {name: file.get_tensor(name) for name in names}, json.loads(file.metadata()["attributes"])


def _named(arrays: dict[str, np.ndarray], attributes: dict[str, Any], where: str) -> Stored:
    if not any("\\" in name for name in arrays):
        return Stored(arrays, attributes)
    named = {name.replace("\\", "/"): array for name, array in arrays.items()}
    groups = {name.replace("\\", "/"): texts for name, texts in attributes.items()}
    if len(named) != len(arrays):
        raise CheckpointError("two arrays have one name", expected="a name for each", where=where, fix=_AGAIN)
    return Stored(named, groups, backslashes=True)


def _damaged(got: str, where: str) -> CheckpointError:
    return CheckpointError(
        "the HDF5 file is damaged", expected="a complete file", got=got, where=where, fix=_AGAIN
    )
