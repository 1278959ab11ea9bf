"""Folders, and the JSON documents that stand for several files."""

from __future__ import annotations

from pathlib import Path

from truecopy.errors import CheckpointError

from .foreign import TAKEN
from .formats import Format
from .inside import file_inside
from .json_document import read_document

# How files of weights are mostly called. Only ever for advice: what a file is, its content says.
_WEIGHTS = (".safetensors", ".pt", ".pth", ".pth.tar", ".ckpt", ".bin", ".pt2", ".keras", ".h5")
MAX_JSON = 64 << 20  # bytes; a TensorFlow.js topology of a large network is a few


def folder_format(folder: Path) -> Format:
    """What a folder holds, by the files in it.

    Raises:
        CheckpointError: nothing that is read here; names what is in it. Or what it is told by is no file of the folder.
    """
    names = {entry.name for entry in folder.iterdir()}
    if "saved_model.pb" in names:
        return "tensorflow-savedmodel"
    if "config.json" in names:
        return "huggingface-folder"
    if "model.json" in names:
        return json_format(file_inside(folder, "model.json", "the folder"))
    weights = [name for name in names if name.lower().endswith(_WEIGHTS)]
    shown = ", ".join(sorted(names)[:5]) or "nothing"
    raise CheckpointError(
        "The checkpoint is a folder that is not known",
        expected="a Hugging Face folder (config.json), a SavedModel (saved_model.pb), a TensorFlow.js model (model.json), "
        "or one file",
        got=shown,
        where=str(folder),
        fix=f"Name the file inside it{f': {folder / weights[0]}' if len(weights) == 1 else ''}",
    )


def json_format(path: Path) -> Format:
    """A TensorFlow.js model, or an index of shards.

    Raises:
        CheckpointError: another JSON document.
    """
    found = read_document(path, "JSON document", MAX_JSON)
    if "weight_map" in found:
        return "sharded"
    if "modelTopology" in found or "weightsManifest" in found:
        return "tfjs-layers"
    raise CheckpointError(
        "The file is a JSON document without a model",
        expected=TAKEN,
        got=f"the keys {', '.join(map(repr, list(found)[:6]))}",
        where=str(path),
        fix="Give the file with the weights, or the folder that it stands in",
    )
