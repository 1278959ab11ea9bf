"""Keras 3 archives: `.keras`."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path

from truecopy.errors import CheckpointError
from truecopy_export.carried import Carried
from truecopy_export.checkpoints.digest import digest_of
from truecopy_export.networks.opened import Opened

from .archive import CONFIG, METADATA, WEIGHTS, read_archive
from .config import Checked, checked_config
from .keras2_differences import OnlyKeras2
from .library import import_keras_on_torch
from .model import load_whole
from .network import network_of
from .versions import BY_TF_KERAS, Written, advice, architecture, facts, notes, version_of
from .weights import Stored, as_keras3, read_hdf5, write_hdf5


def open_keras(path: Path) -> Opened:
    """A `.keras` archive. Keras is given a copy with nothing but what was checked; code in the file is never run.

    Raises:
        CheckpointError: damaged, hostile, or not to be read by Keras 3; Keras is not installed.
    """
    where = path.name
    keras = import_keras_on_torch()
    with tempfile.TemporaryDirectory(prefix="truecopy-") as folder:
        weights = Path(folder, "file.h5")
        archive = read_archive(path, weights)
        written = _written(archive.metadata, where)
        checked = _checked(archive.config, where, written)
        stored = read_hdf5(weights, where)
        stored = as_keras3(stored) if written.keras2 else stored
        weights.unlink()
        copy = _copy(Path(folder), checked, stored, written)
        model = load_whole(
            keras,
            lambda: keras.saving.load_model(copy, compile=False, safe_mode=True),
            stored,
            where,
            advice(written, keras),
        )
    return Opened(
        name=where,
        sha256=digest_of(path),
        format="keras",
        network=network_of(keras, model, checked, notes(written, keras, stored)),
        architecture=architecture(model, checked.config["class_name"]),
        carried=Carried(facts=facts(written, model)),
    )


def _written(metadata: bytes, where: str) -> Written:
    try:
        found = json.loads(metadata)
        return Written(version_of(found["keras_version"], where), saved=str(found.get("date_saved", ""))[:40])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(
            f"{METADATA} does not say which Keras wrote the file",
            expected="keras_version",
            got=metadata[:80].decode("utf-8", "replace"),
            where=where,
            fix="Save it once more with Keras: model.save('x.keras')",
        ) from error


def _checked(config: bytes, where: str, written: Written) -> Checked:
    try:
        return checked_config(config, where, keras2=written.keras2)
    except OnlyKeras2 as error:
        raise CheckpointError(
            f"Keras {written.version} wrote the file, and Keras 3 does not read it: {error.what}",
            expected=error.expected,
            got=error.got,
            where=where,
            fix=BY_TF_KERAS,
        ) from error


def _copy(folder: Path, checked: Checked, stored: Stored, written: Written) -> Path:
    """The archive again, of the checked parts alone."""
    weights, copy = folder / WEIGHTS, folder / "checked.keras"
    names = {
        group: {"name": said["name"]} for group, said in stored.attributes.items() if group and "name" in said
    }
    write_hdf5(stored, weights, {**{group: {} for group in stored.attributes}, **names})
    with zipfile.ZipFile(copy, "w") as archive:
        archive.writestr(
            METADATA, json.dumps({"keras_version": written.version, "date_saved": written.saved})
        )
        archive.writestr(CONFIG, json.dumps(checked.config))
        archive.write(weights, WEIGHTS)
    weights.unlink()
    return copy
